/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import io.lunette.core.audit.Actor;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.ProviderParts;
import io.lunette.smis.provider.model.Editor;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Keys;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.Model;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Filters, destinations and subscriptions, which clients make and which outlive a restart. */
public final class Indications {

  static final String FILTER = "CIM_IndicationFilter";
  static final String DESTINATION = "CIM_ListenerDestinationCIMXML";
  static final String SUBSCRIPTION = "CIM_IndicationSubscription";

  private static final long ENABLED = 2;
  private static final long PERMANENT = 2;

  private final Model model;
  private final IndicationLedger ledger;

  /** Declares them on a model. */
  public Indications(Model model, ProviderParts parts) {
    this.model = model;
    this.ledger = new IndicationLedger(parts.catalog(), model.schema());
    Kind<CimInstance> filters = declare(FILTER);
    declare(DESTINATION);
    model
        .associate(SUBSCRIPTION, "Filter", "Handler")
        .inInterop()
        .from(
            filters,
            (estate, filter) ->
                ledger.all(SUBSCRIPTION).stream()
                    .map(Indications::link)
                    .filter(link -> link.left().equals(filters.path(estate, filter))));
    model.editor(FILTER, new Named(Indications::checkFilter));
    model.editor(DESTINATION, new Named(Indications::checkDestination));
    model.editor(SUBSCRIPTION, new Subscribing());
  }

  private Kind<CimInstance> declare(String className) {
    return model.add(
        Kind.<CimInstance>of(
                className,
                (estate, instance) -> keys(instance),
                estate -> ledger.all(className).stream(),
                (estate, kept, instance) -> kept.values().forEach(instance::set))
            .inInterop());
  }

  private static Map<String, String> keys(CimInstance instance) {
    Map<String, String> keys = new HashMap<>();
    for (String key :
        List.of("SystemCreationClassName", "SystemName", "CreationClassName", "Name")) {
      keys.put(key, instance.text(key));
    }
    return keys;
  }

  private static Link link(CimInstance subscription) {
    Map<String, Object> properties = new HashMap<>(subscription.values());
    ObjectPath filter = (ObjectPath) subscription.get("Filter");
    ObjectPath handler = (ObjectPath) subscription.get("Handler");
    properties
        .keySet()
        .removeIf(name -> name.equalsIgnoreCase("Filter") || name.equalsIgnoreCase("Handler"));
    return new Link(filter, handler, properties);
  }

  /** Who waits for what, ready to be compared with what happens. */
  List<Wish> wishes() {
    Map<ObjectPath, CimInstance> known = new HashMap<>();
    for (String className : List.of(FILTER, DESTINATION)) {
      ledger.all(className).forEach(each -> known.put(model.schema().pathOf(each), each));
    }
    return ledger.all(SUBSCRIPTION).stream()
        .flatMap(
            each ->
                wish(
                    known.get((ObjectPath) each.get("Filter")),
                    known.get((ObjectPath) each.get("Handler")))
                    .stream())
        .toList();
  }

  private static Optional<Wish> wish(CimInstance filter, CimInstance destination) {
    if (filter == null || destination == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Wish(
            filter.text("Name"),
            IndicationQuery.parse(filter.text("QueryLanguage"), filter.text("Query")),
            URI.create(destination.text("Destination"))));
  }

  /**
   * One subscription.
   *
   * @param filter its name
   * @param query of its filter
   * @param destination where it is told
   */
  record Wish(String filter, IndicationQuery query, URI destination) {}

  private static void checkFilter(CimInstance filter) {
    IndicationQuery.parse(filter.text("QueryLanguage"), filter.text("Query"));
  }

  private static void checkDestination(CimInstance destination) {
    try {
      URI uri = new URI(destination.text("Destination"));
      boolean http =
          "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
      if (!http || uri.getHost() == null || uri.getUserInfo() != null) {
        throw new CimException(
            CimStatus.INVALID_PARAMETER, "a Destination is http://HOST[:PORT] or https://...");
      }
    } catch (java.net.URISyntaxException e) {
      throw new CimException(CimStatus.INVALID_PARAMETER, "Destination is no URL", e);
    }
    destination.set(
        "PersistenceType",
        Optional.ofNullable(destination.get("PersistenceType")).orElse(PERMANENT));
  }

  /** What a client may get wrong. */
  @FunctionalInterface
  private interface Check {
    void check(CimInstance wanted);
  }

  /** Makes filters and destinations: the server gives the keys that name itself. */
  private final class Named implements Editor {

    private final Check check;

    Named(Check check) {
      this.check = check;
    }

    @Override
    public ObjectPath create(Actor actor, Estate estate, CimInstance wanted) {
      check.check(wanted);
      String name = wanted.text("Name");
      wanted
          .set("SystemCreationClassName", Keys.SYSTEM_CLASS)
          .set("SystemName", estate.systemName())
          .set("CreationClassName", wanted.className())
          .set("Name", name.isEmpty() ? UUID.randomUUID().toString() : name);
      return ledger.add(actor, wanted);
    }

    @Override
    public void delete(Actor actor, Estate estate, ObjectPath path) {
      boolean used =
          ledger.all(SUBSCRIPTION).stream()
              .anyMatch(
                  each -> path.equals(each.get("Filter")) || path.equals(each.get("Handler")));
      if (used) {
        throw new CimException(
            CimStatus.FAILED, "a subscription refers to it; delete the subscription first");
      }
      ledger.remove(actor, path);
    }
  }

  /** Makes subscriptions of what is there. */
  private final class Subscribing implements Editor {

    @Override
    public ObjectPath create(Actor actor, Estate estate, CimInstance wanted) {
      wanted.set("Filter", existing(wanted, "Filter", FILTER));
      wanted.set("Handler", existing(wanted, "Handler", DESTINATION));
      wanted.set("SubscriptionState", ENABLED);
      return ledger.add(actor, wanted);
    }

    private ObjectPath existing(CimInstance wanted, String role, String className) {
      return ledger.all(className).stream()
          .map(each -> model.schema().pathOf(each))
          .filter(path -> path.equals(wanted.get(role)))
          .findFirst()
          .orElseThrow(
              () ->
                  new CimException(
                      CimStatus.INVALID_PARAMETER, role + " refers to nothing that is there"));
    }

    @Override
    public void delete(Actor actor, Estate estate, ObjectPath path) {
      ledger.remove(actor, path);
    }
  }
}
