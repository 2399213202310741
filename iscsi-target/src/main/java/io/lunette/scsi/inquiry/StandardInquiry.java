/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Standard INQUIRY data (SPC-4 §6.6.2). */
public final class StandardInquiry {

  private static final int BYTES = 96;
  private static final int SPC_4 = 0x06;
  private static final int RMB = 0x80;
  private static final int HISUP = 0x10;
  private static final int FORMAT_2 = 0x02;

  /** TPGS 01b: asymmetric access is reported, and changes by itself if at all. */
  private static final int TPGS_IMPLICIT = 0x10;

  private static final int MULTIP = 0x10;
  private static final int CMDQUE = 0x02;

  /** 3PC: third-party copy commands are supported. */
  private static final int THIRD_PARTY_COPY = 0x08;

  /** SAM-5, iSCSI, SPC-4, SBC-3; no version claimed of each. */
  private static final int[] STANDARDS = {0x00A0, 0x0960, 0x0460, 0x04C0};

  /** Qualifier 011b, type 1Fh: no unit can be at this LUN. */
  public static final int NO_UNIT = 0x7F;

  private StandardInquiry() {}

  /**
   * The data, from position 0 to the limit.
   *
   * @param ports target ports of the device
   */
  public static ByteBuffer of(int qualifierAndType, boolean removable, int ports) {
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    out.put((byte) qualifierAndType)
        .put((byte) (removable ? RMB : 0))
        .put((byte) SPC_4)
        .put((byte) (HISUP | FORMAT_2))
        .put((byte) (BYTES - 5))
        .put((byte) (TPGS_IMPLICIT | THIRD_PARTY_COPY))
        .put((byte) (ports > 1 ? MULTIP : 0))
        .put((byte) CMDQUE)
        .put("LUNETTE VIRTUAL-DISK    0001".getBytes(StandardCharsets.US_ASCII))
        .position(58);
    for (int standard : STANDARDS) {
      out.putShort((short) standard);
    }
    return out.rewind();
  }
}
