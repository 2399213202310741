/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.forecast.ForecastTerms;
import io.lunette.core.volume.CloneKind;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a replica pool keeps to beyond its marks; what is empty does not hold.
 *
 * @param kind what its replicas are: clones that share with the image, or copies of it
 * @param spaceMaxBytes no more replicas are made once those of the pool, in whatever state, hold so
 *     much for themselves alone
 * @param forecast learns the ready mark from demand; the pool's own marks then do not count
 * @param scrubDirtyBytes scrubs start when returned replicas hold so much
 * @param scrubHours count, age and dirty bytes start scrubs only in these; that none is ready, that
 *     space is critically short, and an operator do so at any time
 * @param reformat once erased, a replica's volume is deleted and laid anew from the image
 */
public record PoolTerms(
    CloneKind kind,
    OptionalLong spaceMaxBytes,
    Optional<ForecastTerms> forecast,
    OptionalLong scrubDirtyBytes,
    Optional<ScrubHours> scrubHours,
    boolean reformat) {

  /** What holds until somebody says otherwise. */
  public static final PoolTerms DEFAULT =
      new PoolTerms(
          CloneKind.DEPENDENT,
          OptionalLong.empty(),
          Optional.empty(),
          OptionalLong.empty(),
          Optional.empty(),
          false);

  public PoolTerms {
    Objects.requireNonNull(kind);
    if (spaceMaxBytes.orElse(0) < 0) {
      throw new IllegalArgumentException("the most space of a pool is 0 or more bytes");
    }
    if (scrubDirtyBytes.orElse(1) < 1) {
      throw new IllegalArgumentException("the dirty bytes that start a scrub are 1 or more");
    }
    if (forecast.isPresent() && forecast.get().max() > PoolPolicy.READY_MAX) {
      throw new IllegalArgumentException(
          "the most of a forecast is "
              + forecast.get().max()
              + ": use up to "
              + PoolPolicy.READY_MAX);
    }
  }

  /** For the audit trail. */
  String describe() {
    StringBuilder text = new StringBuilder(kind.name());
    spaceMaxBytes.ifPresent(most -> text.append(", at most ").append(most).append(" bytes"));
    forecast.ifPresent(
        terms ->
            text.append(", forecast ")
                .append(terms.epsilon())
                .append(" within ")
                .append(terms.min())
                .append(" to ")
                .append(terms.max()));
    scrubDirtyBytes.ifPresent(most -> text.append(", scrub at ").append(most).append(" bytes"));
    scrubHours.ifPresent(hours -> text.append(", scrub hours ").append(hours));
    return text.append(reformat ? ", reformat" : "").toString();
  }
}
