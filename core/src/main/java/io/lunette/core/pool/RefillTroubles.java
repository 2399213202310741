/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.image.Image;
import io.lunette.core.image.ImageId;
import io.lunette.core.volume.VolumeException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why pools are not filled: failures, after which a pool waits, longer each time, and bounds of
 * space. Thread-safe.
 */
final class RefillTroubles {

  private static final Logger LOG = LoggerFactory.getLogger(RefillTroubles.class);
  private static final Duration BACKOFF_MIN = Duration.ofSeconds(1);
  private static final Duration BACKOFF_MAX = Duration.ofMinutes(1);

  private record Trouble(String message, Duration backoff, Instant notBefore) {}

  private final Clock clock;
  private final Map<ImageId, Trouble> failures = new ConcurrentHashMap<>();
  private final Map<ImageId, String> limits = new ConcurrentHashMap<>();

  RefillTroubles(Clock clock) {
    this.clock = clock;
  }

  /** Why the pool of an image is not full. */
  Optional<String> get(ImageId image) {
    return Optional.ofNullable(failures.get(image))
        .map(Trouble::message)
        .or(() -> Optional.ofNullable(limits.get(image)));
  }

  /** Whether the pool may be tried again now. */
  boolean isDue(Image image) {
    Trouble trouble = failures.get(image.id());
    return trouble == null || !clock.instant().isBefore(trouble.notBefore());
  }

  /** The last refill succeeded. */
  void clear(Image image) {
    failures.remove(image.id());
  }

  /** A bound keeps the pool from being filled, or no longer does. */
  void limited(Image image, Optional<String> why) {
    if (why.isPresent()) {
      limits.put(image.id(), why.get());
    } else {
      limits.remove(image.id());
    }
  }

  /** A refill failed. */
  void note(Image image, VolumeException failure) {
    Trouble before = failures.get(image.id());
    Duration backoff = before == null ? BACKOFF_MIN : before.backoff().multipliedBy(2);
    if (backoff.compareTo(BACKOFF_MAX) > 0) {
      backoff = BACKOFF_MAX;
    }
    failures.put(
        image.id(), new Trouble(failure.getMessage(), backoff, clock.instant().plus(backoff)));
    LOG.warn(
        "refill of pool '{}' waits {} s: {}",
        image.name(),
        backoff.toSeconds(),
        failure.getMessage());
  }
}
