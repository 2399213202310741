/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.time.Duration;

/**
 * How long an array may take.
 *
 * @param connect to accept a connection
 * @param silence between two bytes of an answer
 * @param call for a whole answer
 * @param poll between two looks at a job; a short one is looked at more often, a long one less, up
 *     to ten times this
 * @param job for a job to show progress
 */
public record ArrayTimeouts(
    Duration connect, Duration silence, Duration call, Duration poll, Duration job) {

  public static final ArrayTimeouts DEFAULT =
      new ArrayTimeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5),
          Duration.ofMillis(500),
          Duration.ofMinutes(30));

  public ArrayTimeouts {
    for (Duration each : new Duration[] {connect, silence, call, poll, job}) {
      if (each.toMillis() < 1) {
        throw new IllegalArgumentException("a time-out is 1 ms or more, not " + each);
      }
    }
  }
}
