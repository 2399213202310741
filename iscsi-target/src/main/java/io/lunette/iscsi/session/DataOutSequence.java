/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.scsi.Sense;

/**
 * One sequence of Data-Out PDUs (RFC 7143 §11.7): the unsolicited one, or the answer to one R2T.
 * Data comes in order, as DataPDUInOrder and DataSequenceInOrder have it.
 */
final class DataOutSequence {

  private final int transferTag;
  private final int most;
  private final boolean exact;
  private int received;
  private int dataSn;

  private DataOutSequence(int transferTag, int most, boolean exact) {
    this.transferTag = transferTag;
    this.most = most;
    this.exact = exact;
  }

  /** At most so many bytes; the initiator may stop before. */
  static DataOutSequence unsolicited(int most) {
    return new DataOutSequence(Bhs.NO_TAG, most, false);
  }

  /** Exactly so many bytes. */
  static DataOutSequence solicited(int transferTag, int bytes) {
    return new DataOutSequence(transferTag, bytes, true);
  }

  /** Whether a PDU names this sequence. */
  boolean isNamedBy(PduHeader header) {
    return header.u32(Bhs.TTT) == transferTag;
  }

  /**
   * Checks the next PDU. A PDU out of order means that another was lost, which error recovery level
   * 0 answers by ending the command, not the session (RFC 7143 §7.9, §11.4.7.2).
   *
   * @param offset where in the transfer it has to begin
   * @return what its command ends with; null if nothing is wrong
   */
  Sense refuse(PduHeader header, int offset) {
    int bytes = header.dataBytes();
    if (header.u32(Bhs.BUFFER_OFFSET) != offset || header.u32(Bhs.DATA_SN) != dataSn) {
      return Sense.PROTOCOL_SERVICE_CRC_ERROR;
    }
    boolean tooMuch = bytes > most - received;
    boolean tooLittle = exact && header.isFinal() && bytes < most - received;
    return tooMuch || tooLittle ? Sense.INCORRECT_AMOUNT_OF_DATA : null;
  }

  /** Counts a PDU; true if it was the last one. */
  boolean take(PduHeader header) {
    received += header.dataBytes();
    dataSn++;
    return header.isFinal() || (exact && received == most);
  }

  boolean isSolicited() {
    return exact;
  }
}
