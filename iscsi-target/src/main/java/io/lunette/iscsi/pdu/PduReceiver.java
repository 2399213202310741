/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

import io.netty.buffer.ByteBuf;

/** Whom a {@link PduDecoder} tells what arrived; called on the connection's event loop. */
public interface PduReceiver {

  /**
   * A header has arrived whose data segment follows.
   *
   * @return where the segment's bytes are appended as they come, as far as there is room, the rest
   *     being dropped; null to drop them all. Stays the receiver's.
   */
  ByteBuf segmentTarget(PduHeader header);

  /**
   * A whole PDU has arrived.
   *
   * @param segment what {@link #segmentTarget} gave; null also if there was no data segment
   */
  void received(PduHeader header, ByteBuf segment);

  /** The stream cannot be trusted any more; nothing further will be received. */
  void broken(PduFault fault, PduHeader header);
}
