/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.core.mapping.ManualMapping;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The masking views: what is mapped, told as SMI-S does.
 *
 * <p>Lunette maps a volume to a server; a view is what servers see alike. Servers that clients put
 * into one view share it for as long as each sees the same; one that an operator has mapped
 * something else to is a view of its own until that is undone, so a view never says what is not so.
 * A server without anything mapped is in no view. What is allocated to a server, and belongs to the
 * domain, is a second view that clients only look at. Immutable.
 */
public final class Views {

  private static final String OWN_PREFIX = "server-";
  private static final String ALLOCATED_PREFIX = "allocation-";

  /** A volume under its number. */
  public record Unit(VolumeName volume, int lun, AccessMode mode) {}

  /**
   * A view.
   *
   * @param id lasting as long as it shows anything
   * @param members who sees it, the first by name first
   * @param units what they see, by number
   * @param isOurs whether the domain made it, so that clients may not change it
   */
  public record View(String id, List<Server> members, List<Unit> units, boolean isOurs) {}

  private final Map<String, View> byId = new LinkedHashMap<>();

  private Views() {}

  static Views of(Estate estate) {
    Map<ServerName, List<Unit>> manual = new TreeMap<>();
    for (ManualMapping each : estate.manualMappings()) {
      manual
          .computeIfAbsent(each.server(), unused -> new ArrayList<>())
          .add(new Unit(each.volume(), each.lun(), each.mode()));
    }
    Views views = new Views();
    Map<ServerName, Server> servers =
        estate.servers().stream().collect(Collectors.toMap(Server::name, server -> server));
    manual.forEach(
        (name, units) -> {
          Server server = servers.get(name);
          if (server != null) {
            views.add(server, units, Optional.ofNullable(estate.viewMembers().get(name)));
          }
        });
    views.addAllocated(estate, manual);
    return views;
  }

  private void add(Server server, List<Unit> units, Optional<String> shared) {
    String own = OWN_PREFIX + server.name();
    View there = byId.get(shared.orElse(own));
    if (there == null) {
      put(new View(shared.orElse(own), List.of(server), List.copyOf(units), false));
    } else if (shared.isPresent() && there.units().equals(units)) {
      List<Server> members = new ArrayList<>(there.members());
      members.add(server);
      put(new View(there.id(), List.copyOf(members), there.units(), false));
    } else {
      put(new View(own + ".apart", List.of(server), List.copyOf(units), false));
    }
  }

  private void put(View view) {
    byId.put(view.id(), view);
  }

  private void addAllocated(Estate estate, Map<ServerName, List<Unit>> manual) {
    Map<InitiatorName, List<LunMapping>> shown =
        estate.shown().stream().collect(Collectors.groupingBy(LunMapping::initiator));
    for (Server server : estate.servers()) {
      Set<VolumeName> byHand =
          manual.getOrDefault(server.name(), List.of()).stream()
              .map(Unit::volume)
              .collect(Collectors.toSet());
      List<Unit> units =
          shown.getOrDefault(server.initiator(), List.of()).stream()
              .filter(mapping -> !byHand.contains(mapping.volume()))
              .map(mapping -> new Unit(mapping.volume(), mapping.lun(), mapping.mode()))
              .toList();
      if (!units.isEmpty()) {
        put(new View(ALLOCATED_PREFIX + server.name(), List.of(server), units, true));
      }
    }
  }

  /** All of them. */
  public List<View> all() {
    return List.copyOf(byId.values());
  }

  /** One of them. */
  public Optional<View> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** The view that clients may change and that a server is in. */
  public Optional<View> of(ServerName server) {
    return byId.values().stream()
        .filter(view -> !view.isOurs())
        .filter(view -> view.members().stream().anyMatch(each -> each.name().equals(server)))
        .findFirst();
  }
}
