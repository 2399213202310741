/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.VolumeException;

/** The value map that the methods of block services, replication and masking share (CIM schema). */
final class ReturnCodes {

  static final int COMPLETED = 0;
  static final int NOT_SUPPORTED = 1;
  static final int INVALID_PARAMETER = 5;
  static final int IN_USE = 6;
  static final int JOB_STARTED = 4096;
  static final int SIZE_NOT_SUPPORTED = 4097;

  private ReturnCodes() {}

  /** What a code says, as far as all these methods mean the same by it. */
  static String text(int code) {
    return switch (code) {
      case COMPLETED -> "completed";
      case NOT_SUPPORTED -> "not supported";
      case 2 -> "unknown";
      case 3 -> "timeout";
      case 4 -> "failed";
      case INVALID_PARAMETER -> "invalid parameter";
      case IN_USE -> "in use";
      case JOB_STARTED -> "job started";
      case SIZE_NOT_SUPPORTED -> "size or logical unit not supported";
      default -> code >= 0x8000 ? "vendor specific" : "refused";
    };
  }

  /** The kind of trouble, or null if a code says none in particular. */
  static VolumeException.Kind kind(int code) {
    return switch (code) {
      case NOT_SUPPORTED -> VolumeException.Kind.UNSUPPORTED;
      case INVALID_PARAMETER, SIZE_NOT_SUPPORTED -> VolumeException.Kind.INVALID;
      case IN_USE -> VolumeException.Kind.BUSY;
      default -> null;
    };
  }
}
