/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import com.google.errorprone.annotations.CheckReturnValue;
import io.lunette.iscsi.login.ChapChallenges;
import io.lunette.iscsi.login.LoginPolicy;
import io.lunette.scsi.device.DeviceServer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What a connection needs of the target it belongs to. Thread-safe; nothing here blocks. */
public interface TargetNode extends LoginPolicy {

  DeviceServer deviceServer();

  ConnectionLimits limits();

  /** The tags of its portal groups, ascending. */
  List<Integer> portalGroups();

  /** The connections that have not logged in. */
  PendingLogins pendingLogins();

  /** The challenges of the logins under way. */
  ChapChallenges challenges();

  /**
   * Portals as SendTargets names them to a connection that came in at {@code local}, each with the
   * tag of its portal group.
   */
  List<String> portals(InetSocketAddress local);

  /** The normal sessions. */
  List<Session> activeSessions();

  /** The session with this TSIH. */
  Optional<Session> findSession(int tsih);

  /**
   * A login succeeded: gives the session its TSIH and its budget. False if its initiator has as
   * many as it may have, not counting the one that this session replaces. One that was admitted is
   * told of by {@link #ended}, whether it began or not.
   */
  @CheckReturnValue
  boolean admit(Session session);

  /**
   * Ends the normal session that this one replaces (RFC 7143 §6.3.5) and gives this one its LUNs.
   *
   * @return completes when the replaced session has no command under way any more
   */
  CompletionStage<Void> begin(Session session);

  /** A session that was admitted has ended: no command of it is under way. */
  void ended(Session session);
}
