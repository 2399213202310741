/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.node.NodeName;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The servers in the catalog, and their credentials at the masking. */
public final class CatalogServers implements Servers {

  private final Catalog catalog;
  private final LunMasking masking;
  private final ServerLocks locks;
  private final CatalogAuditTrail audit;
  private final List<ServerDependents> dependents;
  private final ServerProfileLedger profiles = new ServerProfileLedger();

  public CatalogServers(
      Catalog catalog,
      LunMasking masking,
      ServerLocks locks,
      CatalogAuditTrail audit,
      List<ServerDependents> dependents) {
    this.catalog = catalog;
    this.masking = masking;
    this.locks = locks;
    this.audit = audit;
    this.dependents = List.copyOf(dependents);
  }

  @Override
  public Server add(
      Actor actor, ServerName name, InitiatorName initiator, Optional<ChapCredentials> credentials)
      throws DomainException {
    return add(actor, name, initiator, credentials, UnaryOperator.identity());
  }

  @Override
  public Server add(
      Actor actor,
      ServerName name,
      InitiatorName initiator,
      Optional<ChapCredentials> credentials,
      UnaryOperator<ServerProfile> profile)
      throws DomainException {
    ServerLocks.Held lock = locks.hold(name);
    try {
      Server server =
          catalog.change(
              transaction -> {
                Server added = addOrFind(transaction, actor, name, initiator, credentials);
                change(transaction, actor, name, profile);
                return added;
              });
      authenticate(initiator, credentials);
      return server;
    } finally {
      lock.release();
    }
  }

  private Server addOrFind(
      Transaction transaction,
      Actor actor,
      ServerName name,
      InitiatorName initiator,
      Optional<ChapCredentials> credentials)
      throws DomainException {
    Optional<Server> there = find(transaction, name);
    if (there.isPresent()) {
      requireSame(there.get(), credentials(transaction, name), initiator, credentials);
      return there.get();
    }
    Optional<String> owner =
        transaction.first(
            "SELECT name FROM server WHERE initiator = ?",
            row -> row.text("name"),
            initiator.value());
    if (owner.isPresent()) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "initiator " + initiator + " belongs to server '" + owner.get() + "'");
    }
    transaction.update(
        "INSERT INTO server (name, initiator, chap_user, chap_secret, created)"
            + " VALUES (?, ?, ?, ?, ?)",
        name.value(),
        initiator.value(),
        credentials.map(ChapCredentials::user),
        credentials.map(ChapCredentials::secret),
        transaction.now());
    audit.record(
        transaction,
        actor,
        "server.add",
        name.value(),
        initiator + credentials.map(chap -> ", CHAP user " + chap.user()).orElse(", no CHAP"));
    return new Server(name, initiator, credentials.map(ChapCredentials::user), transaction.now());
  }

  private static void requireSame(
      Server there,
      Optional<ChapCredentials> has,
      InitiatorName initiator,
      Optional<ChapCredentials> credentials)
      throws DomainException {
    if (!there.initiator().equals(initiator)) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "server '" + there.name() + "' exists with initiator " + there.initiator());
    }
    if (!has.equals(credentials)) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "server '" + there.name() + "' exists with other CHAP credentials; remove it first");
    }
  }

  @Override
  public ServerProfile configure(Actor actor, ServerName name, UnaryOperator<ServerProfile> change)
      throws DomainException {
    return catalog.change(
        transaction -> {
          get(transaction, name);
          return change(transaction, actor, name, change);
        });
  }

  private ServerProfile change(
      Transaction transaction, Actor actor, ServerName name, UnaryOperator<ServerProfile> change)
      throws DomainException {
    ServerProfile before = profiles.get(transaction, name);
    ServerProfile after = change.apply(before);
    if (!after.equals(before)) {
      profiles.save(transaction, name, after);
      audit.record(transaction, actor, "server.set", name.value(), after.describe());
    }
    return after;
  }

  @Override
  public ServerProfile profile(ServerName name) throws DomainException {
    return catalog.read(
        transaction -> {
          get(transaction, name);
          return profiles.get(transaction, name);
        });
  }

  /** The profiles of servers of which something was said, in a transaction under way. */
  public Map<ServerName, ServerProfile> profiles(Transaction transaction) throws DomainException {
    return profiles.all(transaction);
  }

  /** What is said of a server, in a transaction under way. */
  public ServerProfile profile(Transaction transaction, ServerName name) throws DomainException {
    return profiles.get(transaction, name);
  }

  @Override
  public void remove(Actor actor, ServerName name) throws DomainException {
    ServerLocks.Held lock = locks.hold(name);
    try {
      Server removed = catalog.change(transaction -> delete(transaction, actor, name));
      authenticate(removed.initiator(), Optional.empty());
    } finally {
      lock.release();
    }
  }

  private Server delete(Transaction transaction, Actor actor, ServerName name)
      throws DomainException {
    Server server = get(transaction, name);
    for (ServerDependents each : dependents) {
      each.requireNone(transaction, name);
    }
    for (ServerDependents each : dependents) {
      each.forget(transaction, name);
    }
    profiles.forget(transaction, name);
    transaction.update("DELETE FROM server WHERE name = ?", name.value());
    audit.record(transaction, actor, "server.remove", name.value(), server.initiator().value());
    return server;
  }

  /** Tells the masking every server's credentials again. */
  public void authenticateAll() throws DomainException {
    for (Server server : list()) {
      authenticate(
          server.initiator(), catalog.read(transaction -> credentials(transaction, server.name())));
    }
  }

  /**
   * Tells the masking a server's credentials before it is shown something: where the catalog is
   * shared, another node may have registered it, or anew. That it has none is said twice, since a
   * masking takes an initiator that loses its credentials for a stranger.
   */
  public void admit(Server server) throws DomainException {
    if (catalog.node().equals(NodeName.LOCAL)) {
      return;
    }
    Optional<ChapCredentials> wanted =
        catalog.read(transaction -> credentials(transaction, server.name()));
    authenticate(server.initiator(), wanted);
    if (wanted.isEmpty()) {
      authenticate(server.initiator(), wanted);
    }
  }

  private void authenticate(InitiatorName initiator, Optional<ChapCredentials> credentials)
      throws DomainException {
    try {
      masking.authenticate(initiator, credentials);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  @Override
  public List<Server> page(Optional<ServerName> after, int limit) throws DomainException {
    return catalog.read(
        transaction ->
            transaction.query(
                "SELECT * FROM server WHERE name > ? ORDER BY name LIMIT ?",
                CatalogServers::server,
                after.map(ServerName::value).orElse(""),
                limit));
  }

  @Override
  public List<Server> list() throws DomainException {
    return catalog.read(
        transaction ->
            transaction.query("SELECT * FROM server ORDER BY name", CatalogServers::server));
  }

  @Override
  public Optional<Server> find(ServerName name) throws DomainException {
    return catalog.read(transaction -> find(transaction, name));
  }

  @Override
  public Optional<Server> find(MacAddress mac) throws DomainException {
    return catalog.read(transaction -> named(transaction, profiles.withMac(transaction, mac)));
  }

  @Override
  public Optional<Server> find(SerialNumber serial) throws DomainException {
    return catalog.read(
        transaction -> named(transaction, profiles.withSerial(transaction, serial)));
  }

  @Override
  public Optional<Server> find(InitiatorName initiator) throws DomainException {
    return catalog.read(
        transaction ->
            transaction.first(
                "SELECT * FROM server WHERE initiator = ?",
                CatalogServers::server,
                initiator.value()));
  }

  private static Optional<Server> named(Transaction transaction, Optional<ServerName> name)
      throws DomainException {
    return name.isPresent() ? find(transaction, name.get()) : Optional.empty();
  }

  /** What a server must prove, for those who tell the server itself. */
  public Optional<ChapCredentials> credentials(ServerName name) throws DomainException {
    return catalog.read(transaction -> credentials(transaction, name));
  }

  @Override
  public Server get(ServerName name) throws DomainException {
    return catalog.read(transaction -> get(transaction, name));
  }

  /** The server, in a transaction under way. */
  public Server get(Transaction transaction, ServerName name) throws DomainException {
    return find(transaction, name)
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.NOT_FOUND,
                    "there is no server '" + name + "'; 'server add' registers one"));
  }

  private static Optional<Server> find(Transaction transaction, ServerName name)
      throws DomainException {
    return transaction.first(
        "SELECT * FROM server WHERE name = ?", CatalogServers::server, name.value());
  }

  private static Optional<ChapCredentials> credentials(Transaction transaction, ServerName name)
      throws DomainException {
    return transaction.first(
        "SELECT chap_user, chap_secret FROM server WHERE name = ? AND chap_user IS NOT NULL",
        row -> new ChapCredentials(row.text("chap_user"), row.bytes("chap_secret").orElseThrow()),
        name.value());
  }

  private static Server server(Row row) throws DomainException {
    return new Server(
        new ServerName(row.text("name")),
        new InitiatorName(row.text("initiator")),
        row.optionalText("chap_user"),
        row.instant("created"));
  }
}
