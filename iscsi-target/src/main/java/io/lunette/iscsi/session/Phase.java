/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.PduFault;
import io.lunette.iscsi.pdu.PduHeader;
import io.netty.buffer.ByteBuf;

/** What a connection does with PDUs at one time of its life. Called on its event loop. */
interface Phase {

  /** Where the data segment of this PDU goes; null to drop it. */
  ByteBuf segmentTarget(PduHeader header);

  /** A PDU is whole. */
  void received(PduHeader header, ByteBuf segment);

  /** What was written has been flushed. */
  default void flushed() {}

  /** The socket takes bytes again. */
  default void writable() {}

  /**
   * Time goes by: called {@link IscsiConnection#TICKS} times in each time of silence. Counted, not
   * measured: an event loop that stood still does not take its own silence for the initiator's.
   *
   * @param quietTicks how often, this one among them, since something was last heard
   */
  default void tick(int quietTicks) {}

  /** The stream of PDUs is broken at this one; the connection is about to be closed. */
  default void broken(PduFault fault, PduHeader header) {}

  /** The connection has ended. */
  void closed();
}
