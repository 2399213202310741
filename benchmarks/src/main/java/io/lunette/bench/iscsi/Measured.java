/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.util.Optional;

/**
 * What became of a target in a comparison: a result, or a reason why there is none.
 *
 * @param target which
 * @param result of all rounds
 * @param failure of the first command or session that failed
 */
public record Measured(TargetUrl target, Optional<TargetResult> result, Optional<String> failure) {

  static Measured of(TargetResult result, TargetUrl target) {
    return new Measured(target, Optional.of(result), Optional.empty());
  }
}
