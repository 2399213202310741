/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockException.Kind;

/** What the sense data of a foreign unit means to a user of a block device (SPC-4, SBC-3). */
final class SenseMeaning {

  private static final int MEDIUM_ERROR = 3;
  private static final int ILLEGAL_REQUEST = 5;
  private static final int UNIT_ATTENTION = 6;
  private static final int DATA_PROTECT = 7;

  private SenseMeaning() {}

  static boolean isIllegal(ScsiFailure failure) {
    return key(failure) == ILLEGAL_REQUEST;
  }

  static boolean isUnitAttention(ScsiFailure failure) {
    return key(failure) == UNIT_ATTENTION;
  }

  private static int key(ScsiFailure failure) {
    return failure.sense().map(ScsiFailure.Sense::key).orElse(-1);
  }

  static BlockException of(ScsiFailure failure, String url, boolean reading) {
    return new BlockException(kind(failure, reading), "the LUN " + url + " answers " + failure);
  }

  private static Kind kind(ScsiFailure failure, boolean reading) {
    Kind medium = reading ? Kind.MEDIUM_READ : Kind.MEDIUM_WRITE;
    int asc = failure.sense().map(ScsiFailure.Sense::asc).orElse(0);
    int ascq = failure.sense().map(ScsiFailure.Sense::ascq).orElse(0);
    return switch (key(failure)) {
      case MEDIUM_ERROR -> medium;
      case DATA_PROTECT -> asc == 0x27 && ascq == 7 ? Kind.OUT_OF_SPACE : Kind.READ_ONLY;
      case ILLEGAL_REQUEST -> asc == 0x21 ? Kind.OUT_OF_RANGE : asc == 0x25 ? Kind.GONE : medium;
      default -> medium;
    };
  }
}
