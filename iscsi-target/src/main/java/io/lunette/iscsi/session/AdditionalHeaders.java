/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduHeader;

/**
 * Additional header segments (RFC 7143 §11.2.2): only SCSI commands have them, an extended CDB or a
 * read length of a bidirectional command. No command of this target uses either, so that they are
 * checked and then left alone.
 *
 * <pre>
 *   0        1        2        3
 *   +--------+--------+--------+--------+
 *   | AHSLength       | AHSType| specific, padded to a multiple of four ...
 *   +--------+--------+--------+--------+
 * </pre>
 */
final class AdditionalHeaders {

  private static final int FIXED_BYTES = 3;
  private static final int EXTENDED_CDB = 1;
  private static final int BIDIRECTIONAL_READ_LENGTH = 2;
  private static final int BIDIRECTIONAL_SPECIFIC_BYTES = 5;
  private static final int TYPE = 0x3F;

  private AdditionalHeaders() {}

  /** Whether the PDU may have them, and they fill the length that its header announces. */
  static boolean areLegal(PduHeader header) {
    if (header.opcode() != Opcode.SCSI_COMMAND) {
      return false;
    }
    int at = Bhs.BYTES;
    int end = at + header.ahsBytes();
    while (at < end) {
      int specific = header.u16(at);
      int type = header.u8(at + 2) & TYPE;
      boolean known =
          type == EXTENDED_CDB && specific > 1
              || type == BIDIRECTIONAL_READ_LENGTH && specific == BIDIRECTIONAL_SPECIFIC_BYTES;
      if (!known) {
        return false;
      }
      at += FIXED_BYTES + specific + 3 & ~3;
    }
    return at == end;
  }
}
