/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * What REQUEST SENSE returns (SPC-4), in either format.
 *
 * @param key sense key
 * @param code additional sense code and qualifier, as one number
 * @param progress in 65,536ths; -1 where there is none
 */
record SenseData(int key, int code, int progress) {

  static final int ALLOCATION_BYTES = 252;

  private static final int SANITIZE_IN_PROGRESS = 0x041b;
  private static final int DESCRIPTOR_FORMAT = 0x72;
  private static final int DESCRIPTORS = 8;
  private static final int SENSE_KEY_SPECIFIC = 2;
  private static final int VALID = 0x80;

  static SenseData of(ByteBuffer data) {
    if ((Vpd.oneByte(data, 0) & 0x7e) == DESCRIPTOR_FORMAT) {
      return new SenseData(
          Vpd.oneByte(data, 1) & 0x0f,
          Vpd.oneByte(data, 2) << 8 | Vpd.oneByte(data, 3),
          inDescriptors(data));
    }
    return new SenseData(
        Vpd.oneByte(data, 2) & 0x0f,
        Vpd.oneByte(data, 12) << 8 | Vpd.oneByte(data, 13),
        progress(data, 15));
  }

  private static int inDescriptors(ByteBuffer data) {
    int end = Math.min(data.limit(), DESCRIPTORS + Vpd.oneByte(data, 7));
    for (int at = DESCRIPTORS; at < end; at += 2 + Vpd.oneByte(data, at + 1)) {
      if (Vpd.oneByte(data, at) == SENSE_KEY_SPECIFIC) {
        return progress(data, at + 4);
      }
    }
    return -1;
  }

  private static int progress(ByteBuffer data, int at) {
    boolean valid = (Vpd.oneByte(data, at) & VALID) != 0;
    return valid ? Vpd.oneByte(data, at + 1) << 8 | Vpd.oneByte(data, at + 2) : -1;
  }

  boolean isSanitizing() {
    return code == SANITIZE_IN_PROGRESS;
  }

  boolean isClear() {
    return key == 0 && code == 0;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "sense %02X/%02X/%02X", key, code >> 8, code & 0xff);
  }
}
