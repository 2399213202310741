/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.http;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts failed authentications by address, so that passwords are not guessed at the speed of the
 * network. Bounded: of too many addresses the oldest is forgotten. Thread-safe.
 */
final class FailureLimit {

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int ADDRESSES_MAX = 10_000;

  private record Count(int failures, Instant until) {}

  private final Clock clock;
  private final int max;
  private final Map<String, Count> counts = new LinkedHashMap<>();

  FailureLimit(Clock clock, int max) {
    this.clock = clock;
    this.max = max;
  }

  synchronized boolean isOver(String address) {
    Count count = counts.get(address);
    return count != null && count.failures() >= max && count.until().isAfter(clock.instant());
  }

  synchronized void failed(String address) {
    Instant now = clock.instant();
    Count before = counts.remove(address);
    boolean same = before != null && before.until().isAfter(now);
    if (counts.size() >= ADDRESSES_MAX) {
      counts.remove(counts.keySet().iterator().next());
    }
    counts.put(
        address,
        same ? new Count(before.failures() + 1, before.until()) : new Count(1, now.plus(WINDOW)));
  }

  synchronized void succeeded(String address) {
    counts.remove(address);
  }
}
