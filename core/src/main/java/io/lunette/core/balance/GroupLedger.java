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

/** Groups and the balancer's settings in a transaction under way. Stateless, so thread-safe. */
final class GroupLedger {

  List<ServerGroup> all(Transaction transaction) throws DomainException {
    return transaction.query("SELECT * FROM server_group ORDER BY name", GroupLedger::group);
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
        "INSERT INTO server_group (name, tenant, image, min_servers, max_servers, priority,"
            + " metric, target, hysteresis, cooling) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
    return transaction.update("DELETE FROM server_group WHERE name = ?", name.value()) == 1;
  }

  BalancerSettings settings(Transaction transaction) throws DomainException {
    return transaction
        .first(
            "SELECT * FROM balancer",
            row ->
                new BalancerSettings(
                    row.flag("enabled"),
                    row.integer("moves_max"),
                    Duration.ofMillis(row.number("interval_ms"))))
        .orElseThrow();
  }

  void save(Transaction transaction, BalancerSettings settings) throws DomainException {
    transaction.update(
        "UPDATE balancer SET enabled = ?, moves_max = ?, interval_ms = ?",
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
