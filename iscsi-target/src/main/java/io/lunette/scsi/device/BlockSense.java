/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.core.block.BlockException;
import io.lunette.scsi.Sense;

/** The one place where a device's trouble becomes sense (STYLE §6). */
final class BlockSense {

  private BlockSense() {}

  static Sense of(BlockException failure) {
    return switch (failure.kind()) {
      case OUT_OF_RANGE -> Sense.LBA_OUT_OF_RANGE;
      case OUT_OF_SPACE -> Sense.SPACE_ALLOCATION_FAILED;
      case READ_ONLY -> Sense.WRITE_PROTECTED;
      case MEDIUM_READ -> Sense.UNRECOVERED_READ;
      case MEDIUM_WRITE -> Sense.WRITE_ERROR;
      case GONE -> Sense.LUN_NOT_SUPPORTED;
      case UNSUPPORTED -> Sense.INVALID_OPCODE;
      case INTERNAL -> Sense.INTERNAL_TARGET_FAILURE;
    };
  }
}
