/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.audit.Actor;
import io.lunette.core.server.Server;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.ProviderParts;
import io.lunette.smis.provider.model.CimErrors;
import io.lunette.smis.provider.model.Editor;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Names;
import io.lunette.smis.provider.model.Views.Unit;
import io.lunette.smis.provider.model.Views.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * ExposePaths and HidePaths. A call happens wholly or not at all: what can be checked is checked
 * before the first mapping, and a mapping that fails takes those before it back. Thread-safe:
 * changes come one after the other.
 */
final class PathChanges implements Editor {

  /** Values of DeviceAccess. */
  static final long READ_WRITE = 2;

  static final long READ_ONLY = 3;

  private final ProviderParts parts;
  private final Names names;
  private final HardwareIds ids;

  PathChanges(ProviderParts parts, Names names, HardwareIds ids) {
    this.parts = parts;
    this.names = names;
    this.ids = ids;
  }

  synchronized MethodResult expose(MethodCall call, MaskingViews views) {
    PathRequest request = PathRequest.of(call, views, true);
    if (request.refusal() != MethodResult.OK) {
      return MethodResult.of(request.refusal());
    }
    if (request.view().isEmpty() && (request.units().isEmpty() || request.initiators().isEmpty())) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    request.view().ifPresent(PathChanges::requireTheirs);
    Estate estate = call.estate();
    List<Server> servers =
        request.initiators().stream()
            .map(
                initiator ->
                    HardwareIds.find(estate, initiator)
                        .orElseGet(
                            () -> ids.add(call.actor(), estate, initiator, Optional.empty())))
            .toList();
    Exposure exposure = new Exposure(parts, names, call.actor(), estate);
    long code =
        request.view().isPresent()
            ? exposure.addTo(request.view().get(), servers, request.units())
            : exposure.create(servers, request.units());
    return code == MethodResult.OK
        ? withViews(code, estate.again(), views, exposure.servers())
        : MethodResult.of(code);
  }

  /** The views that servers are in now. */
  private static MethodResult withViews(
      long code, Estate now, MaskingViews views, List<Server> servers) {
    List<ObjectPath> paths =
        servers.stream()
            .map(server -> now.views().of(server.name()))
            .flatMap(Optional::stream)
            .map(view -> views.views.path(now, view))
            .distinct()
            .toList();
    return MethodResult.of(code).with("ProtocolControllers", paths.isEmpty() ? null : paths);
  }

  synchronized MethodResult hide(MethodCall call, MaskingViews views) {
    PathRequest request = PathRequest.of(call, views, false);
    if (request.refusal() != MethodResult.OK) {
      return MethodResult.of(request.refusal());
    }
    if (request.view().isEmpty()) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    View view = request.view().get();
    requireTheirs(view);
    List<Server> servers = new ArrayList<>();
    for (var initiator : request.initiators()) {
      Optional<Server> member =
          view.members().stream().filter(each -> each.initiator().equals(initiator)).findFirst();
      if (member.isEmpty()) {
        return MethodResult.of(PathRequest.NOT_EXPOSED);
      }
      servers.add(member.get());
    }
    List<VolumeName> hidden = request.units().stream().map(PathRequest.Wanted::volume).toList();
    List<VolumeName> shown = view.units().stream().map(Unit::volume).toList();
    if (!shown.containsAll(hidden)) {
      return MethodResult.of(PathRequest.NOT_EXPOSED);
    }
    boolean all = servers.isEmpty() || servers.size() == view.members().size();
    if (!hidden.isEmpty()) {
      return hideUnits(call, views, view, hidden, all);
    }
    if (!servers.isEmpty()) {
      servers.forEach(server -> hideFrom(call.actor(), server, shown, true));
    } else if (request.allPorts()) {
      remove(call.actor(), view);
    } else {
      return MethodResult.of(MethodResult.NOT_SUPPORTED);
    }
    return withViews(MethodResult.OK, call.estate().again(), views, view.members());
  }

  private MethodResult hideUnits(
      MethodCall call, MaskingViews views, View view, List<VolumeName> hidden, boolean fromAll) {
    if (!fromAll) {
      throw new CimException(
          CimStatus.FAILED,
          "all initiators of view " + view.id() + " see the same; hide the initiator instead");
    }
    boolean last = hidden.size() == view.units().size();
    view.members().forEach(server -> hideFrom(call.actor(), server, hidden, last));
    return withViews(MethodResult.OK, call.estate().again(), views, view.members());
  }

  private void hideFrom(Actor actor, Server server, List<VolumeName> volumes, boolean leaves) {
    CimErrors.translating(
        () -> {
          for (VolumeName volume : volumes) {
            parts.core().mappings().unmap(actor, volume, server.name());
          }
          if (leaves) {
            names.leave(actor, server.name());
          }
          return null;
        });
  }

  private void remove(Actor actor, View view) {
    List<VolumeName> shown = view.units().stream().map(Unit::volume).toList();
    view.members().forEach(server -> hideFrom(actor, server, shown, true));
  }

  private static void requireTheirs(View view) {
    if (view.isOurs()) {
      throw new CimException(
          CimStatus.FAILED,
          "view "
              + view.id()
              + " shows what Lunette allocated to the server; 'lunette release' takes it back");
    }
  }

  /** DeleteInstance of a view: its initiators lose what it shows. */
  @Override
  public synchronized void delete(Actor actor, Estate estate, ObjectPath path) {
    View view =
        estate
            .views()
            .find(path.key("DeviceID"))
            .orElseThrow(() -> new CimException(CimStatus.NOT_SUPPORTED, "the target node stays"));
    requireTheirs(view);
    remove(actor, view);
  }

  /** All the numbers that servers have taken. */
  static Stream<Integer> taken(Estate estate, List<Server> servers) {
    List<io.lunette.core.volume.InitiatorName> initiators =
        servers.stream().map(Server::initiator).toList();
    return estate.shown().stream()
        .filter(mapping -> initiators.contains(mapping.initiator()))
        .map(io.lunette.core.volume.LunMapping::lun);
  }
}
