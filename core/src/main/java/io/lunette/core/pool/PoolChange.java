/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.volume.EraseRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** What to change of a policy; what is empty stays. Without a low mark, low follows ready. */
public record PoolChange(
    OptionalInt ready,
    OptionalInt low,
    OptionalInt scrubThreshold,
    Optional<Duration> scrubAge,
    Optional<EraseRequest> scrub,
    PoolTermsChange terms) {

  /** Without a change of the terms. */
  public PoolChange(
      OptionalInt ready,
      OptionalInt low,
      OptionalInt scrubThreshold,
      Optional<Duration> scrubAge,
      Optional<EraseRequest> scrub) {
    this(ready, low, scrubThreshold, scrubAge, scrub, PoolTermsChange.NONE);
  }

  /** Only terms. */
  public static PoolChange terms(PoolTermsChange terms) {
    return new PoolChange(
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        terms);
  }

  /** Only the ready mark, and low with it. */
  public static PoolChange ready(int ready) {
    return new PoolChange(
        OptionalInt.of(ready),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
