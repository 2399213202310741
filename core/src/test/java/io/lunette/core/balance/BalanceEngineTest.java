/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.balance.PlannedMove.Cause;
import io.lunette.core.server.ServerName;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Single decisions, and what is said of them. */
@Tag("SH-1")
@Tag("SH-3")
@Tag("SH-6")
@Tag("SH-7")
@Tag("SH-8")
@Tag("WA-11")
class BalanceEngineTest {

  private final BalanceScene scene = new BalanceScene();

  @Test
  void aBusyGroupGetsAServerFromTheFreePool() {
    scene.group("web", 1, 5, 0, 50, 0.2).with("web", 2, 180).free(1);

    BalancePlan plan = scene.planned();

    assertThat(plan.moves()).hasSize(1);
    PlannedMove move = plan.moves().get(0);
    assertThat(move.server()).isEqualTo(new ServerName("free-0"));
    assertThat(move.from()).isEmpty();
    assertThat(move.to()).contains(new GroupName("web"));
    assertThat(move.cause()).isEqualTo(Cause.OVERLOAD);
    assertThat(move.reason())
        .isEqualTo("group web has a mean cpu of 90 on 2 servers, more than 60");
  }

  @Test
  void withinTheHysteresisNothingMoves() {
    scene.group("web", 1, 5, 0, 50, 0.2).with("web", 2, 118).free(3);

    assertThat(scene.planned().moves()).isEmpty();
  }

  @Test
  void anIdleGroupGivesItsLeastBusyServerToABusyOne() {
    scene
        .group("batch", 1, 5, 0, 50, 0.2)
        .with("batch", 3, 30)
        .group("web", 1, 5, 0, 50, 0.2)
        .with("web", 1, 90);

    BalancePlan plan = scene.planned();

    assertThat(plan.moves()).hasSize(1);
    assertThat(plan.moves().get(0).server()).isEqualTo(new ServerName("batch-0"));
    assertThat(plan.moves().get(0).reason())
        .contains("group batch gives: it has a mean cpu of 10 on 3 servers, less than 40");
  }

  @Test
  void anIdleGroupGivesBackToTheFreePoolAndAnIdleMinimumDoesNot() {
    scene.group("web", 2, 5, 0, 50, 0.2).with("web", 3, 9);

    BalancePlan plan = scene.planned();
    scene.apply(plan);
    scene.later();

    assertThat(plan.moves()).extracting(PlannedMove::cause).containsExactly(Cause.UNDERLOAD);
    assertThat(plan.moves().get(0).to()).isEmpty();
    assertThat(scene.planned().moves()).isEmpty();
  }

  @Test
  void aGroupBelowItsMinimumTakesFromASmallerPriorityAndNotFromAnEqualOne() {
    scene
        .group("gold", 2, 5, 2, 0, 0)
        .with("gold", 1, 0)
        .group("lead", 0, 5, 1, 50, 0.2)
        .with("lead", 2, 100)
        .group("other", 0, 5, 2, 0, 0)
        .with("other", 3, 0);

    BalancePlan plan = scene.planned();

    assertThat(plan.moves()).hasSize(1);
    assertThat(plan.moves().get(0).from()).contains(new GroupName("lead"));
    assertThat(plan.moves().get(0).cause()).isEqualTo(Cause.BELOW_MIN);
    assertThat(plan.moves().get(0).reason()).contains("its priority is 1, that of gold is 2");
  }

  @Test
  void aSilentServerIsMadeUpForAndNotMoved() {
    scene.group("web", 2, 3, 0, 0, 0).with("web", 2, 0).free(1);
    scene.silent.add(new ServerName("web-0"));

    assertThat(scene.planned().moves())
        .extracting(PlannedMove::server)
        .containsExactly(new ServerName("free-0"));
  }

  @Test
  void withoutAReadyReplicaNothingMovesAndThePlanSaysSo() {
    scene.group("web", 1, 5, 0, 50, 0.2).with("web", 2, 180).free(1);
    scene.ready = 0;

    BalancePlan plan = scene.planned();

    assertThat(plan.moves()).isEmpty();
    assertThat(plan.notes()).anyMatch(note -> note.contains("no replica of image web is ready"));
  }

  @Test
  void noMoreThanTheCapMovesAtOneTime() {
    scene.group("web", 4, 9, 0, 0, 0).free(9);
    scene.movesMax = 2;

    BalancePlan plan = scene.planned();

    assertThat(plan.moves()).hasSize(2);
    assertThat(plan.notes())
        .anyMatch(note -> note.contains("group web waits: 2 moves are planned or under way"));
  }

  @Test
  void aGroupWithNobodyToTakeFromSaysSo() {
    scene.group("web", 2, 5, 0, 0, 0).with("web", 1, 0);

    assertThat(scene.planned().notes())
        .anyMatch(note -> note.contains("no server is free, and no other group may give one"));
  }

  @Test
  void aGroupAboveItsMaximumShrinks() {
    scene.group("web", 0, 1, 0, 0, 0).with("web", 2, 0);

    BalancePlan plan = scene.planned();

    assertThat(plan.moves()).hasSize(1);
    assertThat(plan.moves().get(0).cause()).isEqualTo(Cause.ABOVE_MAX);
    assertThat(plan.moves().get(0).to()).isEqualTo(Optional.empty());
  }

  @Test
  void groupsOfOneImageShareItsReadyReplicas() {
    scene
        .group("gold", 1, 5, 1, 0, 0)
        .with("gold", 0, 0)
        .group("web", 1, 5, 0, 0, 0)
        .with("web", 0, 0)
        .free(2);
    scene.ready = 1;

    BalancePlan plan = scene.planned();

    assertThat(plan.moves())
        .extracting(PlannedMove::to)
        .containsExactly(Optional.of(new GroupName("gold")));
    assertThat(plan.notes())
        .anyMatch(note -> note.startsWith("group web ") && note.endsWith("is ready for it"));
  }
}
