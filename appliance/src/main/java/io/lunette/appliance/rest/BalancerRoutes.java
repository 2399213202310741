/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.config.TimeSpan;
import io.lunette.core.DomainException;
import io.lunette.core.balance.BalancePlan;
import io.lunette.core.balance.BalanceState;
import io.lunette.core.balance.Balancer;
import io.lunette.core.balance.BalancerSettings;
import io.lunette.core.balance.GroupMember;
import io.lunette.core.balance.GroupName;
import io.lunette.core.balance.GroupState;
import io.lunette.core.balance.LoadGoal;
import io.lunette.core.balance.PlannedMove;
import io.lunette.core.balance.ServerGroup;
import io.lunette.core.image.ImageName;
import io.lunette.core.move.Membership;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Groups of servers, and the balancer that moves servers between them. */
final class BalancerRoutes implements RouteSet {

  private static final Duration COOLING = Duration.ofMinutes(5);
  private static final double HYSTERESIS_PERCENT = 20;

  private final Balancer balancer;

  BalancerRoutes(Balancer balancer) {
    this.balancer = balancer;
  }

  /** A group as callers see it. */
  record Group(
      String name,
      String tenant,
      String image,
      int min,
      int max,
      int priority,
      String metric,
      Double target,
      Double hysteresisPercent,
      long coolingSeconds) {

    static Group of(ServerGroup group) {
      return new Group(
          group.name().value(),
          group.use().tenant().value(),
          group.use().image().value(),
          group.min(),
          group.max(),
          group.priority(),
          group.goal().map(LoadGoal::metric).orElse(null),
          group.goal().map(LoadGoal::target).orElse(null),
          group.goal().map(goal -> 100 * goal.hysteresis()).orElse(null),
          group.cooling().toSeconds());
    }
  }

  /** A group as the balancer sees it. */
  record Seen(
      Group group, int serverCount, List<String> servers, int arriving, int ready, Double load) {

    static Seen of(GroupState state) {
      return new Seen(
          Group.of(state.group()),
          state.members().size(),
          state.members().stream().map(GroupMember::server).map(ServerName::value).toList(),
          state.arriving(),
          state.ready(),
          state.load().isPresent() ? state.load().getAsDouble() : null);
    }
  }

  /** The balancer as callers see it. */
  record Status(
      boolean enabled,
      int maxMoves,
      long intervalSeconds,
      int underWay,
      List<String> free,
      List<Seen> groups) {

    static Status of(BalancerSettings settings, BalanceState state) {
      return new Status(
          settings.enabled(),
          settings.movesMax(),
          settings.interval().toSeconds(),
          state.underWay(),
          state.free().stream().map(ServerName::value).toList(),
          state.groups().stream().map(Seen::of).toList());
    }
  }

  /** A planned move as callers see it. */
  record Move(String server, String from, String to, String cause, String reason) {

    static Move of(PlannedMove move) {
      return new Move(
          move.server().value(),
          move.from().map(GroupName::value).orElse(null),
          move.to().map(GroupName::value).orElse(null),
          move.cause().name(),
          move.reason());
    }
  }

  /** A plan as callers see it. */
  record Plan(List<Move> moves, List<String> notes) {

    static Plan of(BalancePlan plan) {
      return new Plan(plan.moves().stream().map(Move::of).toList(), plan.notes());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/groups", call -> Reply.ok(balancer.groups().stream().map(Group::of).toList()));
    routes.put("/groups/:name", this::setGroup);
    routes.delete("/groups/:name", this::removeGroup);
    routes.get("/balancer", call -> Reply.ok(status()));
    routes.put("/balancer", this::configure);
    routes.get("/balancer/plan", call -> Reply.ok(Plan.of(balancer.plan())));
    routes.post("/balancer/run", call -> Reply.ok(Plan.of(balancer.run(call.actor()))));
  }

  private Status status() throws DomainException {
    return Status.of(balancer.settings(), balancer.state());
  }

  /** What is not said stays as it was, or begins with the default. */
  private Reply setGroup(Call call) throws BadRequestException, DomainException {
    GroupName name = new GroupName(call.path("name"));
    Optional<ServerGroup> before =
        balancer.groups().stream().filter(each -> each.name().equals(name)).findFirst();
    Optional<Membership> use = before.map(ServerGroup::use);
    TenantName tenant =
        use.isPresent() && !call.isSaid("tenant")
            ? use.get().tenant()
            : new TenantName(call.text("tenant"));
    ImageName image =
        use.isPresent() && !call.isSaid("image")
            ? use.get().image()
            : new ImageName(call.text("image"));
    int min = call.optionalInt("min").orElse(before.map(ServerGroup::min).orElse(0));
    int max = call.optionalInt("max").orElse(before.map(ServerGroup::max).orElse(Math.max(1, min)));
    ServerGroup group =
        new ServerGroup(
            name,
            new Membership(tenant, image),
            min,
            max,
            call.optionalInt("priority").orElse(before.map(ServerGroup::priority).orElse(0)),
            goal(call, before.flatMap(ServerGroup::goal)),
            call.optional("cooling", TimeSpan::parse)
                .orElse(before.map(ServerGroup::cooling).orElse(COOLING)));
    balancer.setGroup(call.actor(), group);
    return Reply.ok(Group.of(group));
  }

  private static Optional<LoadGoal> goal(Call call, Optional<LoadGoal> before)
      throws BadRequestException {
    boolean none = call.isSaid("metric") && call.optionalText("metric").isEmpty();
    Optional<String> metric = call.optionalText("metric").or(() -> before.map(LoadGoal::metric));
    if (none || metric.isEmpty()) {
      return Optional.empty();
    }
    Optional<Double> target = call.optionalNumber("target").or(() -> before.map(LoadGoal::target));
    double percent =
        call.optionalNumber("hysteresisPercent")
            .orElse(before.map(goal -> 100 * goal.hysteresis()).orElse(HYSTERESIS_PERCENT));
    if (target.isEmpty()) {
      throw new BadRequestException("say which load of '" + metric.get() + "' is the target");
    }
    return Optional.of(new LoadGoal(metric.get(), target.get(), percent / 100));
  }

  private Reply removeGroup(Call call) throws DomainException {
    balancer.removeGroup(call.actor(), new GroupName(call.path("name")));
    return Reply.nothing();
  }

  private Reply configure(Call call) throws BadRequestException, DomainException {
    UnaryOperator<BalancerSettings> change = change(call);
    balancer.configure(call.actor(), change);
    return Reply.ok(status());
  }

  private static UnaryOperator<BalancerSettings> change(Call call) throws BadRequestException {
    boolean said = call.isSaid("enabled");
    boolean enabled = call.flag("enabled");
    var movesMax = call.optionalInt("maxMoves");
    Optional<Duration> interval = call.optional("interval", TimeSpan::parse);
    return before ->
        new BalancerSettings(
            said ? enabled : before.enabled(),
            movesMax.orElse(before.movesMax()),
            interval.orElse(before.interval()));
  }
}
