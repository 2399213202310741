/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Keys;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.Model;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The array itself, its software and its package: SMI-S profiles Array, Software and Physical
 * Package. Other profiles hang their services and devices on it.
 */
final class ArraySystem {

  private static final String VENDOR = "Lunette";
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");
  private static final int BLOCK_SERVER = 15;
  private static final int STORAGE = 3;

  /** Values of OperationalStatus, HealthState and EnabledState. */
  static final int OK = 2;

  static final int HEALTHY = 5;
  static final int ENABLED = 2;

  private final Model model;
  final Kind<Estate> system;

  ArraySystem(Model model) {
    this.model = model;
    this.system =
        model.add(
            Kind.single(
                Keys.SYSTEM_CLASS,
                estate ->
                    Map.of("CreationClassName", Keys.SYSTEM_CLASS, "Name", estate.systemName()),
                (estate, unused, array) ->
                    healthy(array)
                        .set("ElementName", VENDOR)
                        .set("NameFormat", "Other")
                        .numbers("Dedicated", STORAGE, BLOCK_SERVER)
                        .set("OtherIdentifyingInfo", List.of(estate.systemName()))
                        .set("IdentifyingDescriptions", List.of("iSCSI Name"))
                        .set("Roles", List.of())
                        .set("PrimaryOwnerName", "")
                        .set("PrimaryOwnerContact", "")
                        .set("ResetCapability", 3)));
    declareSoftware();
    declarePackage();
  }

  /** What a thing that works says of itself. */
  static CimInstance healthy(CimInstance instance) {
    return instance
        .numbers("OperationalStatus", OK)
        .set("HealthState", HEALTHY)
        .set("EnabledState", ENABLED)
        .set("RequestedState", 12);
  }

  ObjectPath path(Estate estate) {
    return system.path(estate, estate);
  }

  private void declareSoftware() {
    Kind<Estate> software =
        model.add(
            Kind.single(
                "LUNETTE_SoftwareIdentity",
                estate -> Keys.instance("software"),
                (estate, unused, identity) -> {
                  identity
                      .set("Name", VENDOR)
                      .set("ElementName", VENDOR)
                      .set("VersionString", estate.parts().version())
                      .set("Manufacturer", VENDOR)
                      .numbers("Classifications", 10)
                      .numbers("OperationalStatus", OK);
                  Matcher version = VERSION.matcher(estate.parts().version());
                  if (version.matches()) {
                    identity
                        .set("MajorVersion", Long.parseLong(version.group(1)))
                        .set("MinorVersion", Long.parseLong(version.group(2)))
                        .set(
                            "RevisionNumber",
                            version.group(3) == null ? 0 : Long.parseLong(version.group(3)));
                  }
                }));
    model
        .associate("LUNETTE_InstalledSoftwareIdentity", "System", "InstalledSoftware")
        .each(software, (estate, unused) -> new Link(path(estate), software.path(estate, estate)));
  }

  private void declarePackage() {
    Kind<Estate> product =
        model.add(
            Kind.single(
                "LUNETTE_Product",
                estate ->
                    Map.of(
                        "Name",
                        VENDOR,
                        "IdentifyingNumber",
                        estate.systemName(),
                        "Vendor",
                        VENDOR,
                        "Version",
                        estate.parts().version()),
                (estate, unused, instance) -> instance.set("ElementName", VENDOR)));
    Kind<Estate> chassis =
        model.add(
            Kind.single(
                "LUNETTE_Chassis",
                estate ->
                    Map.of("CreationClassName", "LUNETTE_Chassis", "Tag", estate.systemName()),
                (estate, unused, instance) ->
                    instance
                        .set("ElementName", VENDOR)
                        .set("Manufacturer", VENDOR)
                        .set("Model", VENDOR)
                        .set("SerialNumber", estate.systemName())
                        .set("Version", estate.parts().version())
                        .set("ChassisPackageType", 0)
                        .numbers("OperationalStatus", OK)
                        .set("HealthState", HEALTHY)));
    model
        .associate("LUNETTE_ComputerSystemPackage", "Antecedent", "Dependent")
        .each(chassis, (estate, unused) -> new Link(chassis.path(estate, estate), path(estate)));
    model
        .associate("LUNETTE_ProductPhysicalComponent", "GroupComponent", "PartComponent")
        .each(
            product,
            (estate, unused) ->
                new Link(product.path(estate, estate), chassis.path(estate, estate)));
  }

  /** A service of the array, hosted by it. */
  Kind<Estate> service(String className, String name) {
    Kind<Estate> service =
        model.add(
            Kind.single(
                className,
                estate -> Keys.named(estate, className, name),
                (estate, unused, instance) ->
                    healthy(instance)
                        .set("ElementName", name)
                        .set("Started", true)
                        .set("StartMode", "Automatic")));
    model
        .associate("LUNETTE_HostedService", "Antecedent", "Dependent")
        .each(service, (estate, unused) -> new Link(path(estate), service.path(estate, estate)));
    return service;
  }

  /** Capabilities, and the things that have them. */
  @SafeVarargs
  final Kind<Estate> capabilities(
      String className, String id, Kind.Description<Estate> description, Kind<Estate>... owners) {
    Kind<Estate> capabilities =
        model.add(
            Kind.single(
                className,
                estate -> Keys.instance(id),
                (estate, unused, instance) -> {
                  instance.set("ElementName", id);
                  description.describe(estate, estate, instance);
                }));
    for (Kind<Estate> owner : owners) {
      model
          .associate("LUNETTE_ElementCapabilities", "ManagedElement", "Capabilities")
          .each(
              owner,
              (estate, unused) ->
                  new Link(owner.path(estate, estate), capabilities.path(estate, estate)));
    }
    return capabilities;
  }

  /** Makes things devices of the array. */
  <T> void devices(Kind<T> kind) {
    model
        .associate("LUNETTE_SystemDevice", "GroupComponent", "PartComponent")
        .each(kind, (estate, thing) -> new Link(path(estate), kind.path(estate, thing)));
  }

  /** Makes things access points of the array. */
  <T> void accessPoints(Kind<T> kind) {
    model
        .associate("LUNETTE_HostedAccessPoint", "Antecedent", "Dependent")
        .each(kind, (estate, thing) -> new Link(path(estate), kind.path(estate, thing)));
  }

  /** Says how a method of a service is carried out. */
  void method(Kind<Estate> service, String name, MethodCall.Handler handler) {
    model.method(service, name, handler);
  }
}
