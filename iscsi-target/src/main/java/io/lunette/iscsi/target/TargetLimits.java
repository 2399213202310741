/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import java.time.Duration;

/**
 * Bounds on what initiators can make the target hold (DESIGN I7).
 *
 * @param connections connections of all portals together; one more is closed at once
 * @param commandWindow commands that one session may have outstanding
 * @param transferBytesPerSession data buffers that one session may hold; further transfers wait
 * @param loginTime a connection that has not logged in by then is closed
 * @param silenceTime a session that is silent this long is asked by NOP-In, and dropped when it
 *     stays silent as long again
 * @param closeTime how long closing the target waits for the commands that its devices have
 */
public record TargetLimits(
    int connections,
    int commandWindow,
    int transferBytesPerSession,
    Duration loginTime,
    Duration silenceTime,
    Duration closeTime) {

  /** What a target has when nothing else is said. */
  public static final TargetLimits DEFAULT =
      new TargetLimits(
          16_384,
          256,
          64 << 20,
          Duration.ofSeconds(15),
          Duration.ofSeconds(15),
          Duration.ofSeconds(30));

  public TargetLimits {
    if (connections < 1 || commandWindow < 1 || commandWindow > 4096) {
      throw new IllegalArgumentException(
          connections + " connections, command window " + commandWindow);
    }
    if (transferBytesPerSession < 16 << 20) {
      throw new IllegalArgumentException(
          "transfer buffers of " + transferBytesPerSession + " bytes: at least 16 MiB");
    }
    if (loginTime.toMillis() < 1 || silenceTime.toMillis() < 1 || closeTime.toMillis() < 1) {
      throw new IllegalArgumentException(
          "login time " + loginTime + ", silence " + silenceTime + ", close time " + closeTime);
    }
  }
}
