/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.login.LoginPolicy;
import io.lunette.scsi.device.DeviceServer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What a connection needs of the target it belongs to. Thread-safe; nothing here blocks. */
public interface TargetNode extends LoginPolicy {

  /** The portal group of all portals. */
  int PORTAL_GROUP = 1;

  DeviceServer deviceServer();

  ConnectionLimits limits();

  /** Portals as SendTargets names them to a connection that came in at {@code local}. */
  List<InetSocketAddress> portals(InetSocketAddress local);

  /** The normal sessions. */
  List<Session> activeSessions();

  /** Whether a normal session has this TSIH. */
  boolean hasSession(int tsih);

  /**
   * A login succeeded. Ends the session that this one replaces (RFC 7143 §6.3.5), gives it a TSIH
   * and its LUNs.
   *
   * @return completes when the replaced session has no command under way any more
   */
  CompletionStage<Void> begin(Session session);

  /** A session that had begun has ended: no command of it is under way. */
  void ended(Session session);
}
