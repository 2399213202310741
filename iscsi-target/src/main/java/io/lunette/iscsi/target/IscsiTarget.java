/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.volume.InitiatorName;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * An iSCSI target node (RFC 7143) with its portals and its LUN map.
 *
 * <p>An initiator sees the LUNs mapped to it, those mapped to everyone, and no trace of others: a
 * number that is not mapped to it answers as one that never was (DESIGN I6). A mapping of its own
 * hides one of the same number that is for everyone.
 *
 * <p>Thread-safe. {@link #unmap}, {@link #unmapForAll}, {@link #endSessions} and {@link #close}
 * wait, so they must not be called from a completion of a {@link
 * io.lunette.core.block.BlockDevice}. Several targets may live in one JVM; they share nothing.
 */
public interface IscsiTarget extends AutoCloseable {

  /**
   * Opens the portals and serves until {@link #close}.
   *
   * @throws PortalException if an address cannot be listened on; nothing is left open then
   */
  static IscsiTarget start(TargetConfig config) throws PortalException {
    return new NettyIscsiTarget(config);
  }

  /** The target's iSCSI name. */
  String targetName();

  /** Where the first portal listens, with its actual port. */
  InetSocketAddress portal();

  /** Where the portals listen, with their actual ports, in the order of the configuration. */
  List<TargetPortal> portals();

  /**
   * Makes a logical unit visible to an initiator, now and at its later logins; its sessions learn
   * of it by the unit attention REPORTED LUNS DATA HAS CHANGED. Repeating a mapping does nothing.
   *
   * @param lun 0 to 16383
   * @throws LunConflictException if the LUN stands for another unit, or the identity for another
   *     device
   */
  void map(InitiatorName initiator, int lun, LogicalUnitSpec unit) throws LunConflictException;

  /**
   * Takes a LUN from an initiator. When this returns, no command of that initiator that came
   * through this LUN is under way in the device, and none will reach it; the initiator's sessions
   * learn of it by the unit attention REPORTED LUNS DATA HAS CHANGED. Unmapping what is not mapped
   * does nothing.
   */
  void unmap(InitiatorName initiator, int lun);

  /** Makes a logical unit visible to every initiator that logs in, as {@link #map} does to one. */
  void mapForAll(int lun, LogicalUnitSpec unit) throws LunConflictException;

  /** Takes back what {@link #mapForAll} made visible, as {@link #unmap} does. */
  void unmapForAll(int lun);

  /**
   * Tells every session of its thin units whose space is known that a threshold of it was reached,
   * unless it wants to hear nothing of that.
   */
  void spaceThresholdReached();

  /** Ends the sessions of an initiator, for example because its credentials changed. */
  void endSessions(InitiatorName initiator);

  /** The normal sessions, in the order of their login. */
  List<SessionStatus> sessions();

  /** The mappings, with what went through them. */
  List<LunStatus> luns();

  /**
   * Closes the portals, asks every initiator to log out, ends the sessions of those that do not,
   * waits for commands under way in devices; each wait is bounded.
   */
  @Override
  void close();
}
