/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

/**
 * Makes good what the models get wrong: each miss adds a replica, less the share that may be
 * missed, and each hit takes that share away. It settles where misses are as frequent as they may
 * be. It is bounded, so an outage of the builders does not fill the pool for days, and halves in a
 * week in any case, so that what nobody asks for any more is not kept. Used by one thread.
 */
final class MissFeedback {

  private final double epsilon;
  private final double halfLifeMicros;
  private double bias;
  private long last;

  MissFeedback(double epsilon, long halfLifeMicros) {
    this.epsilon = epsilon;
    this.halfLifeMicros = halfLifeMicros;
  }

  /**
   * One more arrival.
   *
   * @param most the bias is at most this
   */
  void add(long atMicros, boolean missed, double most) {
    advance(atMicros);
    bias = Math.min(most, Math.max(0, bias + (missed ? 1 - epsilon : -epsilon)));
  }

  /** Lets time pass. */
  void advance(long nowMicros) {
    bias *= Math.pow(2, -Math.max(0, nowMicros - last) / halfLifeMicros);
    last = nowMicros;
  }

  /** Replicas to keep on top of what the models say. */
  int extra() {
    return (int) Math.round(bias);
  }
}
