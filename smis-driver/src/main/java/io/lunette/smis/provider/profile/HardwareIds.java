/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.InitiatorName;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Hardware ids are servers: a server has one initiator. What clients call an id becomes the name of
 * the server, as far as it may. Thread-safe.
 */
final class HardwareIds implements Editor {

  private static final long ISCSI_NAME = 5;
  private static final int NAME_MAX = 60;

  /** Return codes besides the usual ones. */
  private static final long ALREADY_CREATED = 0x1000;

  private static final long TYPE_NOT_SUPPORTED = 0x1001;
  private static final long NO_SUCH_ID = 0x1000;

  private final ProviderParts parts;
  private final Names names;

  HardwareIds(ProviderParts parts, Names names) {
    this.parts = parts;
    this.names = names;
  }

  /** CreateStorageHardwareID: the id that is there already is returned too. */
  synchronized MethodResult create(MethodCall call, MaskingViews views) {
    Optional<String> id = call.text("StorageID");
    if (id.isEmpty() || call.number("IDType").isEmpty()) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    if (call.number("IDType").getAsLong() != ISCSI_NAME) {
      return MethodResult.of(TYPE_NOT_SUPPORTED);
    }
    InitiatorName initiator = initiator(id.get());
    Optional<Server> there = find(call.estate(), initiator);
    if (there.isPresent()) {
      return MethodResult.of(ALREADY_CREATED)
          .with("HardwareID", views.hardwareIds.path(call.estate(), there.get()));
    }
    return MethodResult.ok()
        .with(
            "HardwareID",
            views.hardwareIds.path(
                call.estate(),
                add(call.actor(), call.estate(), initiator, call.text("ElementName"))));
  }

  /** The server of an initiator. */
  static Optional<Server> find(Estate estate, InitiatorName initiator) {
    return estate.servers().stream()
        .filter(server -> server.initiator().equals(initiator))
        .findFirst();
  }

  /**
   * The initiator of that name.
   *
   * @throws CimException INVALID_PARAMETER
   */
  static InitiatorName initiator(String text) {
    try {
      return new InitiatorName(text);
    } catch (IllegalArgumentException e) {
      throw new CimException(CimStatus.INVALID_PARAMETER, e.getMessage(), e);
    }
  }

  /** Registers an initiator, as a server of that name or one like it. */
  Server add(Actor actor, Estate estate, InitiatorName initiator, Optional<String> label) {
    ServerName name = free(estate, label.orElse(tail(initiator.value())));
    return CimErrors.translating(
        () -> parts.core().servers().add(actor, name, initiator, Optional.empty()));
  }

  /** What distinguishes an iSCSI name: the part behind the naming authority. */
  private static String tail(String initiator) {
    int colon = initiator.indexOf(':');
    return colon < 0 ? initiator : initiator.substring(colon + 1);
  }

  private static ServerName free(Estate estate, String label) {
    String plain = label.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
    String base = plain.isEmpty() ? "initiator" : plain;
    String shortened = base.substring(0, Math.min(base.length(), NAME_MAX - 9));
    return estate.server(shortened).isEmpty()
        ? new ServerName(shortened)
        : new ServerName(shortened + "-" + UUID.randomUUID().toString().substring(0, 8));
  }

  /** DeleteStorageHardwareID. */
  MethodResult delete(MethodCall call, MaskingViews views) {
    Optional<Server> server =
        call.reference("HardwareID").flatMap(path -> views.hardwareIds.find(call.estate(), path));
    if (server.isEmpty()) {
      return MethodResult.of(NO_SUCH_ID);
    }
    return MethodResult.of(
        remove(call.actor(), server.get()) ? MethodResult.OK : MethodResult.IN_USE);
  }

  /** Whether it could be removed: what holds something cannot. */
  private boolean remove(Actor actor, Server server) {
    try {
      parts.core().servers().remove(actor, server.name());
      names.leave(actor, server.name());
      return true;
    } catch (DomainException e) {
      if (e.kind() == DomainException.Kind.BUSY) {
        return false;
      }
      throw CimErrors.of(e);
    }
  }

  @Override
  public void delete(Actor actor, Estate estate, ObjectPath path) {
    List<Server> servers = estate.servers();
    Server server =
        servers.stream()
            .filter(each -> path.key("InstanceID").endsWith("server:" + each.name()))
            .findFirst()
            .orElseThrow();
    if (!remove(actor, server)) {
      throw new CimException(
          CimStatus.FAILED, "server '" + server.name() + "' sees volumes; hide them first");
    }
  }
}
