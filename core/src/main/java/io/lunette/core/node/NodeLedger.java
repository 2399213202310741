/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.node;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import java.util.List;
import java.util.Optional;

/**
 * The nodes in a transaction under way. Each start of a node gives it a new incarnation; who has an
 * older one is fenced by {@link #requireCurrent}. Stateless, so thread-safe.
 */
public final class NodeLedger {

  private NodeLedger() {}

  /**
   * Registers the start of a node; its incarnation.
   *
   * @throws DomainException CONFLICT if the name belongs to another home
   */
  public static long start(Transaction transaction, NodeIdentity identity) throws DomainException {
    String name = identity.name().value();
    Optional<String> owner =
        transaction.first(
            "SELECT home_key FROM node WHERE name = ?", row -> row.text("home_key"), name);
    if (owner.isPresent() && !owner.get().equals(identity.key())) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "node '" + name + "' of this catalog is another home; start this one with --node NAME");
    }
    if (owner.isEmpty()) {
      transaction.update(
          "INSERT INTO node (name, home_key, address, incarnation, started) VALUES (?, ?, '', 0, 0)",
          name,
          identity.key());
      transaction.update(
          "INSERT INTO node_seen (node, seen) VALUES (?, ?)", name, transaction.now());
    }
    transaction.update(
        "UPDATE node SET incarnation = incarnation + 1, address = ?, started = ? WHERE name = ?",
        identity.address(),
        transaction.now(),
        name);
    seen(transaction, identity.name());
    return incarnation(transaction, identity.name());
  }

  /**
   * Sees to it that the transaction comes from the last incarnation of its node.
   *
   * @throws DomainException FENCED
   */
  public static void requireCurrent(Transaction transaction, NodeName name, long incarnation)
      throws DomainException {
    if (incarnation(transaction, name) != incarnation) {
      throw new DomainException(
          DomainException.Kind.FENCED,
          "another appliance was started as node '" + name + "'; this one changes nothing more");
    }
  }

  private static long incarnation(Transaction transaction, NodeName name) throws DomainException {
    return transaction
        .first(
            "SELECT incarnation FROM node WHERE name = ?",
            row -> row.number("incarnation"),
            name.value())
        .orElse(0L);
  }

  /**
   * Notes that a node lives. In a table of its own, so that no change which reads its incarnation
   * is crossed by it.
   */
  public static void seen(Transaction transaction, NodeName name) throws DomainException {
    transaction.update(
        "UPDATE node_seen SET seen = ? WHERE node = ?", transaction.now(), name.value());
  }

  /** All nodes, by name. */
  static List<Node> all(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT n.*, s.seen FROM node n JOIN node_seen s ON s.node = n.name ORDER BY n.name",
        row ->
            new Node(
                new NodeName(row.text("name")),
                row.text("address"),
                row.number("incarnation"),
                row.instant("started"),
                row.instant("seen")));
  }
}
