/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The profiles of servers in a transaction under way. Stateless, so thread-safe. */
final class ServerProfileLedger {

  /** What is kept, with the cards still to be put to it. */
  private record Kept(ServerName server, ServerProfile profile) {}

  ServerProfile get(Transaction transaction, ServerName server) throws DomainException {
    ServerProfile kept =
        transaction
            .first(
                "SELECT * FROM server_profile WHERE server = ?",
                ServerProfileLedger::kept,
                server.value())
            .map(Kept::profile)
            .orElse(ServerProfile.NONE);
    List<MacAddress> macs =
        transaction.query(
            "SELECT mac FROM server_mac WHERE server = ?",
            row -> new MacAddress(row.text("mac")),
            server.value());
    return kept.withMacs(new TreeSet<>(macs));
  }

  /** Of all servers of which something was said. */
  Map<ServerName, ServerProfile> all(Transaction transaction) throws DomainException {
    Map<ServerName, ServerProfile> all = new HashMap<>();
    for (Kept each : transaction.query("SELECT * FROM server_profile", ServerProfileLedger::kept)) {
      all.put(each.server(), each.profile());
    }
    Map<ServerName, TreeSet<MacAddress>> macs = new HashMap<>();
    transaction.query(
        "SELECT server, mac FROM server_mac",
        row ->
            macs.computeIfAbsent(new ServerName(row.text("server")), unused -> new TreeSet<>())
                .add(new MacAddress(row.text("mac"))));
    macs.forEach((server, its) -> all.computeIfPresent(server, (name, p) -> p.withMacs(its)));
    return all;
  }

  Optional<ServerName> withMac(Transaction transaction, MacAddress mac) throws DomainException {
    return transaction.first(
        "SELECT server FROM server_mac WHERE mac = ?",
        row -> new ServerName(row.text("server")),
        mac.value());
  }

  Optional<ServerName> withSerial(Transaction transaction, SerialNumber serial)
      throws DomainException {
    return transaction.first(
        "SELECT server FROM server_profile WHERE serial = ?",
        row -> new ServerName(row.text("server")),
        serial.value());
  }

  /**
   * @throws DomainException CONFLICT if another server has one of its cards or its serial number
   */
  void save(Transaction transaction, ServerName server, ServerProfile profile)
      throws DomainException {
    for (MacAddress mac : profile.macs()) {
      requireOwn(server, withMac(transaction, mac), "MAC address " + mac);
    }
    if (profile.serial().isPresent()) {
      SerialNumber serial = profile.serial().get();
      requireOwn(server, withSerial(transaction, serial), "serial number " + serial);
    }
    forget(transaction, server);
    transaction.update(
        "INSERT INTO server_profile (server, serial, boot_policy, chap_in_script, power,"
            + " power_timeout, shared, heartbeat) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        server.value(),
        profile.serial().map(SerialNumber::value),
        profile.boot(),
        profile.chapInScript(),
        profile.power().map(PowerAddress::toString),
        profile.powerTimeout().toMillis(),
        profile.shared(),
        profile.heartbeat().toMillis());
    for (MacAddress mac : profile.macs()) {
      transaction.update(
          "INSERT INTO server_mac (mac, server) VALUES (?, ?)", mac.value(), server.value());
    }
  }

  private static void requireOwn(ServerName server, Optional<ServerName> owner, String what)
      throws DomainException {
    if (owner.isPresent() && !owner.get().equals(server)) {
      throw new DomainException(
          DomainException.Kind.CONFLICT, what + " belongs to server '" + owner.get() + "'");
    }
  }

  void forget(Transaction transaction, ServerName server) throws DomainException {
    transaction.update("DELETE FROM server_mac WHERE server = ?", server.value());
    transaction.update("DELETE FROM server_profile WHERE server = ?", server.value());
  }

  private static Kept kept(Row row) throws DomainException {
    return new Kept(
        new ServerName(row.text("server")),
        new ServerProfile(
            new TreeSet<>(),
            row.optionalText("serial").map(SerialNumber::new),
            row.optionalText("boot_policy").map(BootPolicy::valueOf),
            row.flag("chap_in_script"),
            row.optionalText("power").map(PowerAddress::parse),
            Duration.ofMillis(row.number("power_timeout")),
            row.flag("shared"),
            Duration.ofMillis(row.number("heartbeat"))));
  }
}
