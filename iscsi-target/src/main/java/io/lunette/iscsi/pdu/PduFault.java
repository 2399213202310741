/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

/** Why a stream of PDUs cannot be trusted any more. */
public enum PduFault {
  /** A header's digest does not fit it (RFC 7143 §7.8). */
  HEADER_DIGEST,
  /** A data segment's digest does not fit it. */
  DATA_DIGEST,
  /** A data segment is longer than this side declared (MaxRecvDataSegmentLength). */
  SEGMENT_TOO_LONG
}
