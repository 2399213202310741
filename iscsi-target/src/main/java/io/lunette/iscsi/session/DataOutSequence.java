/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.PduHeader;

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

  /**
   * Checks the next PDU.
   *
   * @param offset where in the transfer it has to begin
   * @return what is wrong with it; null if nothing is
   */
  String refuse(PduHeader header, int offset) {
    int bytes = header.dataBytes();
    if (header.u32(Bhs.TTT) != transferTag) {
      return "Data-Out for another transfer tag than is due";
    }
    if (header.u32(Bhs.BUFFER_OFFSET) != offset) {
      return "Data-Out out of order";
    }
    if (header.u32(Bhs.DATA_SN) != dataSn) {
      return "Data-Out with a DataSN out of order";
    }
    if (bytes > most - received) {
      return "more Data-Out than allowed";
    }
    if (exact && header.isFinal() && bytes < most - received) {
      return "less Data-Out than asked for";
    }
    return null;
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
