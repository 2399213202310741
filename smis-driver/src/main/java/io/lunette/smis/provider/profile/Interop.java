/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Keys;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.Model;
import io.lunette.smis.provider.model.Namespaces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client finds first: the registered profiles, what conforms to them, and the server itself
 * (SMI-S profile Server, DMTF Profile Registration). A profile is registered by whoever declares
 * what it needs, so none is there that does not work.
 */
final class Interop {

  private static final String MANAGER = "ObjectManager";
  private static final int SNIA = 11;
  private static final int DMTF = 2;
  private static final int NOT_ADVERTISED = 2;

  /** A profile by organization, name and version. */
  private record Profile(int organization, String name, String version) {}

  private static final Profile ARRAY = new Profile(SNIA, "Array", "1.6.1");
  private static final Profile SERVER = new Profile(SNIA, "Server", "1.6.1");
  private static final Profile REGISTRATION = new Profile(DMTF, "Profile Registration", "1.0.0");

  private final List<Profile> subProfiles = new ArrayList<>();
  private final List<Profile> serverSubProfiles = new ArrayList<>();

  Interop(Model model, ArraySystem array) {
    Kind<Estate> manager = declareManager(model, array);
    Kind<Profile> top = declareProfiles(model, "LUNETTE_RegisteredProfile", TOP);
    Kind<Profile> sub = declareProfiles(model, "LUNETTE_RegisteredSubProfile", subProfiles);
    Kind<Profile> ofServer =
        declareProfiles(model, "LUNETTE_RegisteredSubProfile", serverSubProfiles);
    model
        .associate("LUNETTE_ElementConformsToProfile", "ConformantStandard", "ManagedElement")
        .inInterop()
        .each(
            manager,
            (estate, unused) -> new Link(top.path(estate, SERVER), manager.path(estate, estate)))
        .each(
            array.system,
            (estate, unused) -> new Link(top.path(estate, ARRAY), array.path(estate)));
    require(model, top, ARRAY, sub);
    require(model, top, SERVER, ofServer);
  }

  private static final List<Profile> TOP = List.of(ARRAY, SERVER, REGISTRATION);

  private static void require(Model model, Kind<Profile> top, Profile above, Kind<Profile> parts) {
    for (String className :
        List.of("LUNETTE_SubProfileRequiresProfile", "LUNETTE_ReferencedProfile")) {
      model
          .associate(className, "Antecedent", "Dependent")
          .inInterop()
          .each(
              parts, (estate, part) -> new Link(top.path(estate, above), parts.path(estate, part)));
    }
  }

  /** Registers a profile of the array that works. */
  Interop register(String name, String version) {
    subProfiles.add(new Profile(SNIA, name, version));
    return this;
  }

  /** Registers a profile of the server that works. */
  Interop registerForServer(String name, String version) {
    serverSubProfiles.add(new Profile(SNIA, name, version));
    return this;
  }

  private static Kind<Profile> declareProfiles(
      Model model, String className, List<Profile> profiles) {
    return model.add(
        Kind.<Profile>of(
                className,
                (estate, profile) ->
                    Keys.instance("profile:" + profile.organization() + ":" + profile.name()),
                estate -> profiles.stream(),
                (estate, profile, instance) ->
                    instance
                        .set("ElementName", profile.name())
                        .set("RegisteredOrganization", profile.organization())
                        .set("RegisteredName", profile.name())
                        .set("RegisteredVersion", profile.version())
                        .numbers("AdvertiseTypes", NOT_ADVERTISED))
            .inInterop());
  }

  private static Kind<Estate> declareManager(Model model, ArraySystem array) {
    Kind<Estate> manager =
        model.add(
            Kind.single(
                    "LUNETTE_ObjectManager",
                    estate -> Keys.named(estate, "LUNETTE_ObjectManager", MANAGER),
                    (estate, unused, instance) ->
                        ArraySystem.healthy(instance)
                            .set("ElementName", "Lunette")
                            .set("Description", "Lunette " + estate.parts().version())
                            .set("GatherStatisticalData", false)
                            .set("Started", true))
                .inInterop());
    model
        .associate("LUNETTE_HostedService", "Antecedent", "Dependent")
        .each(
            manager,
            (estate, unused) -> new Link(array.path(estate), manager.path(estate, estate)));
    declareIndicationService(model, array);
    Kind<String> namespaces =
        model.add(
            Kind.<String>of(
                    "LUNETTE_Namespace",
                    Interop::namespaceKeys,
                    estate -> Namespaces.ALL.stream(),
                    (estate, name, instance) ->
                        instance.set("ElementName", name).set("ClassInfo", 0))
                .inInterop());
    model
        .associate("LUNETTE_NamespaceInManager", "Antecedent", "Dependent")
        .inInterop()
        .each(
            namespaces,
            (estate, name) ->
                new Link(manager.path(estate, estate), namespaces.path(estate, name)));
    return manager;
  }

  private static void declareIndicationService(Model model, ArraySystem array) {
    Kind<Estate> service =
        model.add(
            Kind.single(
                    "LUNETTE_IndicationService",
                    estate -> Keys.named(estate, "LUNETTE_IndicationService", "IndicationService"),
                    (estate, unused, instance) ->
                        ArraySystem.healthy(instance)
                            .set("ElementName", "IndicationService")
                            .set("Started", true)
                            .set("FilterCreationEnabled", true)
                            .set("DeliveryRetryAttempts", 2)
                            .set("DeliveryRetryInterval", 2)
                            .set("SubscriptionRemovalAction", 2))
                .inInterop());
    model
        .associate("LUNETTE_HostedService", "Antecedent", "Dependent")
        .each(
            service,
            (estate, unused) -> new Link(array.path(estate), service.path(estate, estate)));
  }

  private static Map<String, String> namespaceKeys(Estate estate, String name) {
    Map<String, String> keys = new HashMap<>(Keys.named(estate, "LUNETTE_Namespace", name));
    keys.put("ObjectManagerCreationClassName", "LUNETTE_ObjectManager");
    keys.put("ObjectManagerName", MANAGER);
    return keys;
  }
}
