/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.power;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.server.ServerProfile;

/** Restarts what the catalog knows. Thread-safe. */
public final class CatalogRestarts implements Restarts {

  private final Catalog catalog;
  private final CatalogServers servers;
  private final ServerPower power;
  private final CatalogAuditTrail audit;

  public CatalogRestarts(
      Catalog catalog, CatalogServers servers, ServerPower power, CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.servers = servers;
    this.power = power;
    this.audit = audit;
  }

  @Override
  public void restart(Actor actor, ServerName name) throws DomainException {
    Server server = servers.get(name);
    ServerProfile profile = servers.profile(name);
    if (profile.power().isEmpty()) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "the power of server '"
              + name
              + "' is not controlled; 'lunette server set "
              + name
              + " --power HOW' says how, or restart it by hand");
    }
    String how = "by " + profile.power().get();
    try {
      power.restart(server, profile);
    } catch (DomainException e) {
      record(actor, "server.restart.failed", name, how + ": " + e.getMessage());
      throw e;
    }
    record(actor, "server.restart", name, how);
  }

  private void record(Actor actor, String action, ServerName name, String detail)
      throws DomainException {
    catalog.change(
        transaction -> {
          audit.record(transaction, actor, action, name.value(), detail);
          return null;
        });
  }
}
