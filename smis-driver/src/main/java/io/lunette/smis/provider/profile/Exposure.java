/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.server.Server;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.provider.ProviderParts;
import io.lunette.smis.provider.model.CimErrors;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Names;
import io.lunette.smis.provider.model.Views.Unit;
import io.lunette.smis.provider.model.Views.View;
import io.lunette.smis.provider.profile.PathRequest.Wanted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One ExposePaths: maps volumes to all servers of a view under the same numbers. What it has mapped
 * when something fails it takes back. Used by one thread.
 */
final class Exposure {

  private record Made(VolumeName volume, Server server) {}

  private final ProviderParts parts;
  private final Names names;
  private final Actor actor;
  private final Estate estate;
  private final Deque<Made> made = new ArrayDeque<>();
  private final Set<Server> servers = new LinkedHashSet<>();

  Exposure(ProviderParts parts, Names names, Actor actor, Estate estate) {
    this.parts = parts;
    this.names = names;
    this.actor = actor;
    this.estate = estate;
  }

  /** Whom it was for. */
  List<Server> servers() {
    return List.copyOf(servers);
  }

  /** Adds servers, volumes or both to a view. */
  long addTo(View view, List<Server> more, List<Wanted> units) {
    List<Server> strangers = new ArrayList<>(more);
    strangers.removeAll(view.members());
    for (Server stranger : strangers) {
      requireAlone(stranger);
    }
    servers.addAll(view.members());
    servers.addAll(strangers);
    List<Wanted> shown = view.units().stream().map(Exposure::wanted).toList();
    long code = check(strangers, shown);
    if (code == MethodResult.OK) {
      code = check(List.copyOf(servers), units);
    }
    if (code != MethodResult.OK) {
      return code;
    }
    mapAll(strangers, shown);
    mapAll(List.copyOf(servers), units);
    if (!strangers.isEmpty()) {
      join(view.id());
    }
    return MethodResult.OK;
  }

  private static Wanted wanted(Unit unit) {
    return new Wanted(unit.volume(), OptionalInt.of(unit.lun()), unit.mode());
  }

  /** A server that sees other things cannot see them and be in the view. */
  private void requireAlone(Server server) {
    Optional<View> other = estate.views().of(server.name());
    if (other.isPresent()) {
      throw new CimException(
          CimStatus.FAILED,
          "initiator " + server.initiator() + " is in view " + other.get().id() + " already");
    }
  }

  /** Shows volumes to servers, which share a view if none of them is in one. */
  long create(List<Server> wanted, List<Wanted> units) {
    servers.addAll(wanted);
    for (Server server : wanted) {
      Optional<View> view = estate.views().of(server.name());
      if (view.isPresent() && !servers.containsAll(view.get().members())) {
        throw new CimException(
            CimStatus.FAILED,
            "initiator "
                + server.initiator()
                + " shares view "
                + view.get().id()
                + " with others; name the view in ProtocolControllers");
      }
    }
    long code = check(wanted, units);
    if (code != MethodResult.OK) {
      return code;
    }
    boolean fresh = wanted.stream().allMatch(each -> estate.views().of(each.name()).isEmpty());
    mapAll(wanted, units);
    if (fresh && wanted.size() > 1) {
      join("view-" + wanted.get(0).name());
    }
    return MethodResult.OK;
  }

  private long check(List<Server> to, List<Wanted> units) {
    Set<Integer> taken = new HashSet<>(PathChanges.taken(estate, to).toList());
    for (Wanted unit : units) {
      boolean exposed =
          estate.shown().stream()
              .anyMatch(
                  mapping ->
                      mapping.volume().equals(unit.volume())
                          && to.stream()
                              .anyMatch(each -> each.initiator().equals(mapping.initiator())));
      if (exposed) {
        return PathRequest.ALREADY_EXPOSED;
      }
      if (unit.lun().isPresent() && !taken.add(unit.lun().getAsInt())) {
        return PathRequest.NUMBER_IN_USE;
      }
    }
    return MethodResult.OK;
  }

  private void mapAll(List<Server> to, List<Wanted> units) {
    Set<Integer> taken = new HashSet<>(PathChanges.taken(estate, to).toList());
    units.forEach(unit -> unit.lun().ifPresent(taken::add));
    for (Wanted unit : units) {
      int lun = unit.lun().orElseGet(() -> lowestFree(taken));
      taken.add(lun);
      for (Server server : to) {
        map(unit, server, lun);
      }
    }
  }

  private static int lowestFree(Set<Integer> taken) {
    int lun = 0;
    while (taken.contains(lun)) {
      lun++;
    }
    return lun;
  }

  private void map(Wanted unit, Server server, int lun) {
    try {
      parts
          .core()
          .mappings()
          .map(actor, unit.volume(), server.name(), OptionalInt.of(lun), unit.mode());
      made.push(new Made(unit.volume(), server));
    } catch (DomainException e) {
      takeBack(e);
      throw CimErrors.of(e);
    }
  }

  private void takeBack(DomainException cause) {
    while (!made.isEmpty()) {
      Made each = made.pop();
      try {
        parts.core().mappings().unmap(actor, each.volume(), each.server().name());
      } catch (DomainException e) {
        cause.addSuppressed(e);
      }
    }
  }

  private void join(String view) {
    CimErrors.translating(
        () -> {
          names.join(actor, view, servers.stream().map(Server::name));
          return null;
        });
  }
}
