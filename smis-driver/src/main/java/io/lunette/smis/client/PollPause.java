/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.time.Duration;

/**
 * How long to wait before the next look at something that is under way: hardly at all at first, and
 * the longer the longer it takes. Used by one thread.
 */
final class PollPause {

  private static final int FIRST_SHARE = 32;
  private static final int MOST = 10;

  private final Duration most;
  private Duration next;

  PollPause(Duration poll) {
    Duration first = poll.dividedBy(FIRST_SHARE);
    this.next = first.toMillis() < 1 ? Duration.ofMillis(1) : first;
    this.most = poll.multipliedBy(MOST);
  }

  /** The pause that is due now. */
  Duration next() {
    Duration due = next;
    Duration longer = due.multipliedBy(2);
    next = longer.compareTo(most) < 0 ? longer : most;
    return due;
  }
}
