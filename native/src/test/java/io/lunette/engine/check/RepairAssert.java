/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

/** What is to hold of a pool that was damaged and repaired. */
final class RepairAssert {

  private RepairAssert() {}

  static void assertClean(PoolAtRest pool, PoolRepair.Outcome outcome) throws Exception {
    assertThat(outcome.report().problems()).isEmpty();
    assertThat(PoolCheck.check(pool.file()).problems()).isEmpty();
  }

  /** The repair writes nothing, and says that there is something beyond it. */
  static PoolReport assertRefused(PoolAtRest pool) throws Exception {
    String before = pool.digest();
    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file());
    assertThat(outcome.fixed()).isEmpty();
    assertThat(outcome.report().problems()).anyMatch(problem -> !problem.isRepairable());
    assertThat(pool.digest()).isEqualTo(before);
    return outcome.report();
  }

  static void assertSame(PoolAtRest pool, Map<String, byte[]> contents) throws Exception {
    Map<String, byte[]> found = pool.contents();
    assertThat(found.keySet()).isEqualTo(contents.keySet());
    found.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(contents.get(name)));
  }
}
