/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageName;
import io.lunette.core.move.Membership;
import io.lunette.core.tenant.TenantName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A node's groups and the settings of its balancer in a transaction under way: a group is of the
 * servers that hold replicas of the node's image. Stateless, so thread-safe.
 */
final class GroupLedger {

  List<ServerGroup> all(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM server_group WHERE node = ? ORDER BY name",
        GroupLedger::group,
        transaction.node().value());
  }

  /**
   * @throws DomainException CONFLICT if another group has the same tenant and image
   */
  void save(Transaction transaction, ServerGroup group) throws DomainException {
    for (ServerGroup other : all(transaction)) {
      if (other.use().equals(group.use()) && !other.name().equals(group.name())) {
        throw new DomainException(
            DomainException.Kind.CONFLICT,
            "the servers of " + group.use() + " are group '" + other.name() + "'");
      }
    }
    remove(transaction, group.name());
    transaction.update(
        "INSERT INTO server_group (node, name, tenant, image, min_servers, max_servers, priority,"
            + " metric, target, hysteresis, cooling) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        transaction.node().value(),
        group.name().value(),
        group.use().tenant().value(),
        group.use().image().value(),
        group.min(),
        group.max(),
        group.priority(),
        group.goal().map(LoadGoal::metric),
        group.goal().map(goal -> Double.toString(goal.target())),
        group.goal().map(goal -> Double.toString(goal.hysteresis())).orElse("0"),
        group.cooling().toMillis());
  }

  boolean remove(Transaction transaction, GroupName name) throws DomainException {
    return transaction.update(
            "DELETE FROM server_group WHERE node = ? AND name = ?",
            transaction.node().value(),
            name.value())
        == 1;
  }

  BalancerSettings settings(Transaction transaction) throws DomainException {
    return transaction
        .first(
            "SELECT * FROM balancer WHERE node = ?",
            row ->
                new BalancerSettings(
                    row.flag("enabled"),
                    row.integer("moves_max"),
                    Duration.ofMillis(row.number("interval_ms"))),
            transaction.node().value())
        .orElse(BalancerSettings.DEFAULT);
  }

  void save(Transaction transaction, BalancerSettings settings) throws DomainException {
    transaction.update("DELETE FROM balancer WHERE node = ?", transaction.node().value());
    transaction.update(
        "INSERT INTO balancer (node, enabled, moves_max, interval_ms) VALUES (?, ?, ?, ?)",
        transaction.node().value(),
        settings.enabled(),
        settings.movesMax(),
        settings.interval().toMillis());
  }

  private static ServerGroup group(Row row) throws DomainException {
    Optional<String> target = row.optionalText("target");
    Optional<LoadGoal> goal =
        target.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new LoadGoal(
                    row.text("metric"),
                    Double.parseDouble(target.get()),
                    Double.parseDouble(row.text("hysteresis"))));
    return new ServerGroup(
        new GroupName(row.text("name")),
        new Membership(new TenantName(row.text("tenant")), new ImageName(row.text("image"))),
        row.integer("min_servers"),
        row.integer("max_servers"),
        row.integer("priority"),
        goal,
        Duration.ofMillis(row.number("cooling")));
  }
}
