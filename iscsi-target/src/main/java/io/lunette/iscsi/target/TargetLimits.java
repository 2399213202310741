/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import java.time.Duration;

/**
 * Bounds on what initiators can make the target hold (DESIGN I7). What they add up to is in
 * docs/iscsi.md.
 *
 * @param connections connections of all portals together; one more is closed at once
 * @param logins connections that have not logged in; one more closes the oldest of them
 * @param sessionsOfInitiator sessions that one initiator may have, discovery among them; one more
 *     is refused
 * @param commandWindow commands that one session may have outstanding
 * @param transferBytesPerSession data buffers that one session may hold; further transfers wait
 * @param transferBytes data that all sessions together may hold, in buffers and unsent, those of
 *     one initiator half of it; further transfers wait, or are answered with BUSY if their data
 *     comes unasked
 * @param loginTime a connection that has not logged in by then is closed
 * @param silenceTime a session that is silent this long is asked by NOP-In, and dropped when it
 *     stays silent as long again, which bears with initiators of one thread, libiscsi's for one,
 *     that sleep a minute; so is one whose data for a command stops for twice as long
 * @param logoutTime how long closing the target waits for initiators to log out; zero does not ask
 * @param closeTime how long closing the target waits for the commands that its devices have
 * @param sanitizeBytesPerSecond what SANITIZE may write to one unit, so that it takes the device
 *     from nobody; 0 for no bound
 */
public record TargetLimits(
    int connections,
    int logins,
    int sessionsOfInitiator,
    int commandWindow,
    int transferBytesPerSession,
    long transferBytes,
    Duration loginTime,
    Duration silenceTime,
    Duration logoutTime,
    Duration closeTime,
    long sanitizeBytesPerSecond) {

  /** What a target has when nothing else is said. */
  public static final TargetLimits DEFAULT =
      new TargetLimits(
          16_384,
          1_024,
          256,
          256,
          64 << 20,
          512L << 20,
          Duration.ofSeconds(15),
          Duration.ofSeconds(40),
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          128L << 20);

  private static final int LEAST_TRANSFER_BYTES = 16 << 20;

  public TargetLimits {
    if (connections < 1 || logins < 1 || sessionsOfInitiator < 1) {
      throw new IllegalArgumentException(
          connections
              + " connections, "
              + logins
              + " of them logging in, "
              + sessionsOfInitiator
              + " sessions of an initiator");
    }
    if (commandWindow < 1 || commandWindow > 4096) {
      throw new IllegalArgumentException("command window " + commandWindow);
    }
    if (transferBytesPerSession < LEAST_TRANSFER_BYTES || transferBytes < LEAST_TRANSFER_BYTES) {
      throw new IllegalArgumentException(
          "transfer buffers of "
              + transferBytesPerSession
              + " bytes a session, "
              + transferBytes
              + " in all: at least 16 MiB");
    }
    if (sanitizeBytesPerSecond < 0) {
      throw new IllegalArgumentException(
          "sanitize rate of " + sanitizeBytesPerSecond + " bytes a second");
    }
    if (loginTime.toMillis() < 1 || silenceTime.toMillis() < 1 || closeTime.toMillis() < 1) {
      throw new IllegalArgumentException(
          "login time " + loginTime + ", silence " + silenceTime + ", close time " + closeTime);
    }
    if (logoutTime.isNegative()) {
      throw new IllegalArgumentException("logout time " + logoutTime);
    }
  }

  /** The same with other numbers of connections, and of those that have not logged in. */
  public TargetLimits withConnections(int most, int mostLogins) {
    return new TargetLimits(
        most,
        mostLogins,
        sessionsOfInitiator,
        commandWindow,
        transferBytesPerSession,
        transferBytes,
        loginTime,
        silenceTime,
        logoutTime,
        closeTime,
        sanitizeBytesPerSecond);
  }

  /** The same with another number of sessions for each initiator. */
  public TargetLimits withSessionsOfInitiator(int most) {
    return new TargetLimits(
        connections,
        logins,
        most,
        commandWindow,
        transferBytesPerSession,
        transferBytes,
        loginTime,
        silenceTime,
        logoutTime,
        closeTime,
        sanitizeBytesPerSecond);
  }

  /** The same with another bound on the data of all sessions. */
  public TargetLimits withTransferBytes(long most) {
    return new TargetLimits(
        connections,
        logins,
        sessionsOfInitiator,
        commandWindow,
        transferBytesPerSession,
        most,
        loginTime,
        silenceTime,
        logoutTime,
        closeTime,
        sanitizeBytesPerSecond);
  }

  /** The same with other times for a login and for silence. */
  public TargetLimits withTimes(Duration login, Duration silence) {
    return new TargetLimits(
        connections,
        logins,
        sessionsOfInitiator,
        commandWindow,
        transferBytesPerSession,
        transferBytes,
        login,
        silence,
        logoutTime,
        closeTime,
        sanitizeBytesPerSecond);
  }

  /** The same with another time for initiators to log out. */
  public TargetLimits withLogoutTime(Duration time) {
    return new TargetLimits(
        connections,
        logins,
        sessionsOfInitiator,
        commandWindow,
        transferBytesPerSession,
        transferBytes,
        loginTime,
        silenceTime,
        time,
        closeTime,
        sanitizeBytesPerSecond);
  }

  /** The same with another rate of SANITIZE. */
  public TargetLimits withSanitizeRate(long bytesPerSecond) {
    return new TargetLimits(
        connections,
        logins,
        sessionsOfInitiator,
        commandWindow,
        transferBytesPerSession,
        transferBytes,
        loginTime,
        silenceTime,
        logoutTime,
        closeTime,
        bytesPerSecond);
  }
}
