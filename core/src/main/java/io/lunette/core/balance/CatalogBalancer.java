/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.move.CatalogServerMoves;
import io.lunette.core.move.Membership;
import io.lunette.core.move.MoveRequest;
import io.lunette.core.work.SingleFlight;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The balancer over a catalog; its moves are {@link CatalogServerMoves}'s. Thread-safe. */
public final class CatalogBalancer implements Balancer, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CatalogBalancer.class);
  private static final Actor BALANCER = new Actor("balancer");

  private final Catalog catalog;
  private final ImageLedger images;
  private final BalanceSurvey survey;
  private final CatalogServerMoves moves;
  private final CatalogAuditTrail audit;
  private final Clock clock;
  private final GroupLedger ledger = new GroupLedger();
  private final SingleFlight flight;
  private Instant looked = Instant.MIN;

  /** Wires the service; nothing runs yet. */
  public CatalogBalancer(
      Catalog catalog,
      ImageLedger images,
      BalanceSurvey survey,
      CatalogServerMoves moves,
      CatalogAuditTrail audit,
      Clock clock,
      Executor workers) {
    this.catalog = catalog;
    this.images = images;
    this.survey = survey;
    this.moves = moves;
    this.audit = audit;
    this.clock = clock;
    this.flight = new SingleFlight("the balancer", workers, this::look);
  }

  @Override
  public void setGroup(Actor actor, ServerGroup group) throws DomainException {
    catalog.change(
        transaction -> {
          images.getAvailable(transaction, group.use().image()).requireFor(group.use().tenant());
          ledger.save(transaction, group);
          audit.record(transaction, actor, "group.set", group.name().value(), describe(group));
          return null;
        });
  }

  private static String describe(ServerGroup group) {
    return group.use()
        + ", "
        + group.min()
        + " to "
        + group.max()
        + " servers, priority "
        + group.priority()
        + group
            .goal()
            .map(g -> ", " + g.metric() + " " + g.target() + " +- " + 100 * g.hysteresis() + " %")
            .orElse("")
        + ", cooling "
        + group.cooling().toSeconds()
        + " s";
  }

  @Override
  public void removeGroup(Actor actor, GroupName name) throws DomainException {
    catalog.change(
        transaction -> {
          if (!ledger.remove(transaction, name)) {
            throw new DomainException(
                DomainException.Kind.NOT_FOUND, "there is no group '" + name + "'");
          }
          audit.record(transaction, actor, "group.remove", name.value(), "");
          return null;
        });
  }

  @Override
  public List<ServerGroup> groups() throws DomainException {
    return catalog.read(ledger::all);
  }

  @Override
  public BalanceState state() throws DomainException {
    return survey.look(groups(), settings().movesMax()).state();
  }

  @Override
  public BalancePlan plan() throws DomainException {
    BalanceSurvey.Seen seen = survey.look(groups(), settings().movesMax());
    BalancePlan plan = BalanceEngine.plan(seen.state());
    List<String> notes = new ArrayList<>(seen.notes());
    notes.addAll(plan.notes());
    return new BalancePlan(plan.moves(), notes);
  }

  @Override
  public BalancePlan run(Actor actor) throws DomainException {
    Map<GroupName, Membership> uses = new HashMap<>();
    groups().forEach(group -> uses.put(group.name(), group.use()));
    BalancePlan plan = plan();
    List<String> notes = new ArrayList<>(plan.notes());
    List<PlannedMove> begun = new ArrayList<>();
    for (PlannedMove move : plan.moves()) {
      try {
        moves.enqueue(
            actor,
            new MoveRequest(
                move.server(),
                move.from().map(uses::get),
                move.to().map(uses::get),
                true,
                move.reason()));
        begun.add(move);
      } catch (DomainException e) {
        notes.add("server " + move.server() + " is not moved: " + e.getMessage());
      }
    }
    moves.resume();
    return new BalancePlan(begun, notes);
  }

  /** Lets it look, if it is enabled and the time has come; meant to be called more often. */
  public void tick() {
    flight.request();
  }

  private void look() {
    try {
      BalancerSettings settings = settings();
      Instant now = clock.instant();
      if (settings.enabled() && !now.isBefore(looked.plus(settings.interval()))) {
        looked = now;
        BalancePlan done = run(BALANCER);
        done.moves().forEach(move -> LOG.info("server {}: {}", move.server(), move.reason()));
      }
    } catch (DomainException e) {
      LOG.warn("the balancer looks again later: {}", e.getMessage());
    }
  }

  @Override
  public BalancerSettings settings() throws DomainException {
    return catalog.read(ledger::settings);
  }

  @Override
  public BalancerSettings configure(Actor actor, UnaryOperator<BalancerSettings> change)
      throws DomainException {
    return catalog.change(
        transaction -> {
          BalancerSettings settings = change.apply(ledger.settings(transaction));
          ledger.save(transaction, settings);
          audit.record(transaction, actor, "balancer.set", "balancer", settings.toString());
          return settings;
        });
  }

  /** Waits for the look under way and lets no more begin. */
  @Override
  public void close() {
    flight.close();
  }
}
