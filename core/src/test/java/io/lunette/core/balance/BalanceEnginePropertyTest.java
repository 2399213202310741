/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.balance.PlannedMove.Cause;
import io.lunette.core.server.ServerName;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds of every plan, whatever the state; a failure names its seed. */
@Tag("SH-3")
@Tag("WA-11")
class BalanceEnginePropertyTest {

  private static final int SCENES = 2000;

  /** Looks at every plan on the way of random data centres, a few rounds each. */
  private static void always(BiConsumer<BalanceScene, BalancePlan> claim) {
    for (int seed = 0; seed < SCENES; seed++) {
      Random random = new Random(seed);
      BalanceScene scene = BalanceScene.random(random);
      for (int round = 0; round < 3; round++) {
        silence(scene, random);
        BalancePlan plan = scene.planned();
        try {
          claim.accept(scene, plan);
          scene.apply(plan);
        } catch (AssertionError e) {
          throw new AssertionError("seed " + seed + ", " + scene + ", " + plan, e);
        }
        if (random.nextBoolean()) {
          scene.later();
        }
      }
    }
  }

  private static void silence(BalanceScene scene, Random random) {
    scene.silent.clear();
    scene
        .members
        .values()
        .forEach(
            members ->
                members.stream()
                    .filter(each -> random.nextInt(10) == 0)
                    .forEach(scene.silent::add));
  }

  private static long reachable(BalanceScene scene, GroupName group) {
    return scene.members.get(group).stream().filter(each -> !scene.silent.contains(each)).count();
  }

  @Test
  void noMoveLeavesAGroupBelowItsMinimumOrAboveItsMaximum() {
    always(
        (scene, plan) ->
            scene.groups.forEach(
                (name, group) -> {
                  long in = count(plan, move -> move.to(), name);
                  long out = count(plan, move -> move.from(), name);
                  if (out > 0) {
                    assertThat(reachable(scene, name) + in - out)
                        .isGreaterThanOrEqualTo(group.min());
                  }
                  if (in > 0) {
                    assertThat(scene.members.get(name).size() + in - out)
                        .isLessThanOrEqualTo(group.max());
                  }
                  assertThat(Math.min(in, out)).as("none goes out while one comes in").isZero();
                }));
  }

  private static long count(
      BalancePlan plan,
      java.util.function.Function<PlannedMove, Optional<GroupName>> end,
      GroupName group) {
    return plan.moves().stream().filter(m -> end.apply(m).equals(Optional.of(group))).count();
  }

  @Test
  void noServerMovesTwiceAndNoSilentOneAtAllAndThereAreNeverTooMany() {
    always(
        (scene, plan) -> {
          Set<ServerName> seen = new HashSet<>();
          assertThat(plan.moves()).allMatch(move -> seen.add(move.server()));
          assertThat(plan.moves()).noneMatch(move -> scene.silent.contains(move.server()));
          assertThat(plan.moves()).hasSizeLessThanOrEqualTo(scene.movesMax);
        });
  }

  @Test
  void nothingMovesForTheSakeOfLoadInAGroupThatIsCooling() {
    always(
        (scene, plan) -> {
          Set<GroupName> cooling = new TreeSet<>();
          scene.state().groups().stream()
              .filter(each -> each.isCooling(scene.now))
              .forEach(each -> cooling.add(each.group().name()));
          for (PlannedMove move : plan.moves()) {
            if (move.cause() == Cause.OVERLOAD) {
              assertThat(cooling).doesNotContain(move.to().orElseThrow());
            }
            boolean fromOneWithTooMany =
                move.from().isPresent()
                    && scene.members.get(move.from().get()).size()
                        > scene.groups.get(move.from().get()).max();
            if (move.from().isPresent() && !fromOneWithTooMany) {
              assertThat(cooling).doesNotContain(move.from().get());
            }
          }
        });
  }

  @Test
  void aServerIsTakenForLoadFromAnEqualOrHigherPriorityOnlyIfItHasTooLittleToDo() {
    always(
        (scene, plan) -> {
          for (PlannedMove move : plan.moves()) {
            if (move.from().isEmpty() || move.to().isEmpty()) {
              continue;
            }
            ServerGroup from = scene.groups.get(move.from().get());
            ServerGroup to = scene.groups.get(move.to().get());
            if (from.priority() >= to.priority()) {
              assertThat(move.reason()).containsAnyOf("less than", "its maximum is");
            }
          }
        });
  }

  @Test
  void aGroupOfSmallerPriorityIsNotRelievedBeforeAGreaterOne() {
    always(
        (scene, plan) -> {
          for (int i = 0; i < plan.moves().size(); i++) {
            for (int j = i + 1; j < plan.moves().size(); j++) {
              PlannedMove first = plan.moves().get(i);
              PlannedMove second = plan.moves().get(j);
              if (first.cause() == second.cause()
                  && first.to().isPresent()
                  && second.to().isPresent()) {
                assertThat(scene.groups.get(first.to().get()).priority())
                    .isGreaterThanOrEqualTo(scene.groups.get(second.to().get()).priority());
              }
            }
          }
        });
  }

  @Test
  void thePlanIsTheSameInWhateverOrderTheStateIsTold() {
    always(
        (scene, plan) ->
            assertThat(BalanceEngine.plan(BalanceScene.shuffled(scene.state(), new Random(7))))
                .isEqualTo(plan));
  }

  @Test
  void whileTheWorkStaysTheSameItComesToRest() {
    for (int seed = 0; seed < SCENES; seed++) {
      BalanceScene scene = BalanceScene.random(new Random(seed));
      String before = scene.toString();
      BalancePlan plan = scene.planned();
      for (int round = 0; round < 60 && !plan.moves().isEmpty(); round++) {
        scene.apply(plan);
        scene.later();
        plan = scene.planned();
      }
      assertThat(plan.moves()).as("seed " + seed + ": " + before + " became " + scene).isEmpty();
    }
  }
}
