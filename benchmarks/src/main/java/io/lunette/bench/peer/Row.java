/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import io.lunette.bench.iscsi.Measured;
import io.lunette.bench.iscsi.TargetResult;
import io.lunette.bench.iscsi.Workload;
import io.lunette.bench.report.Spread;
import java.util.List;
import java.util.Optional;

/**
 * One workload on all targets of one backing.
 *
 * @param workload what was asked
 * @param measured in the order of the targets
 * @param wirePerSecond the same exchange over bare TCP, where it was measured
 */
record Row(Workload workload, List<Measured> measured, Optional<Spread> wirePerSecond) {

  Optional<TargetResult> result(String name) {
    return measured.stream()
        .filter(each -> each.target().name().equals(name))
        .findFirst()
        .flatMap(Measured::result);
  }

  /** How many times as many commands a second one target does as another. */
  Optional<Spread> ratio(String name, String other) {
    Optional<TargetResult> below = result(other);
    return result(name).flatMap(above -> below.map(above::ratioTo));
  }
}
