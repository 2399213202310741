/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.core.audit.Actor;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;

/**
 * Enumerations that clients have opened and not read to the end. Their number is bounded; one that
 * nobody asks for is dropped when its time is over. Thread-safe; an enumeration is with one request
 * at a time.
 */
final class Enumerations {

  private static final int MAX = 256;
  private static final int MAX_OF_ONE = 64;
  private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(60);
  private static final Duration TIMEOUT_MAX = Duration.ofMinutes(15);

  private final Clock clock;
  private final Map<String, Open> open = new HashMap<>();

  Enumerations(Clock clock) {
    this.clock = clock;
  }

  /**
   * An enumeration.
   *
   * @param owner who opened it; for others it does not exist
   * @param rest what has not been read
   * @param form what the elements are, so that they are pulled as such
   * @param timeout how long it lives between two requests
   */
  record Open(Actor owner, Iterator<Answer> rest, Form form, Duration timeout, Instant until) {}

  /** What is enumerated. */
  enum Form {
    INSTANCES,
    PATHS
  }

  /** How long an enumeration shall live between requests; 0 for ever is not granted. */
  static Duration timeout(long seconds) {
    Duration wanted = Duration.ofSeconds(seconds);
    if (seconds == 0 || wanted.compareTo(TIMEOUT_MAX) > 0) {
      throw new CimException(
          CimStatus.INVALID_OPERATION_TIMEOUT,
          "an OperationTimeout is 1 to " + TIMEOUT_MAX.toSeconds() + " s");
    }
    return wanted;
  }

  static Duration timeoutDefault() {
    return TIMEOUT_DEFAULT;
  }

  /** Keeps an enumeration; its context. */
  synchronized String keep(Actor owner, Iterator<Answer> rest, Form form, Duration timeout) {
    Instant now = clock.instant();
    open.values().removeIf(each -> each.until().isBefore(now));
    long his = open.values().stream().filter(each -> each.owner().equals(owner)).count();
    if (open.size() >= MAX || his >= MAX_OF_ONE) {
      throw new CimException(
          CimStatus.SERVER_LIMITS_EXCEEDED, "too many open enumerations; close some");
    }
    String context = UUID.randomUUID().toString();
    open.put(context, new Open(owner, rest, form, timeout, now.plus(timeout)));
    return context;
  }

  /**
   * Takes an enumeration, to be kept again under a new context.
   *
   * @throws CimException INVALID_ENUMERATION_CONTEXT
   */
  synchronized Open take(Actor owner, String context) {
    Open found = open.get(context);
    if (found == null || !found.owner().equals(owner) || found.until().isBefore(clock.instant())) {
      throw new CimException(
          CimStatus.INVALID_ENUMERATION_CONTEXT, "the enumeration is closed or timed out");
    }
    open.remove(context);
    return found;
  }
}
