/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.FormatException;
import java.io.IOException;

/** The one place where what a device or a structure did wrong becomes a {@link BlockException}. */
final class PoolFailure {

  private PoolFailure() {}

  static BlockException reading(IOException cause) {
    return new BlockException(
        BlockException.Kind.MEDIUM_READ, "cannot read: " + cause.getMessage(), cause);
  }

  /** Whether it was the device that had no space, not the allocator that had no extent. */
  static boolean isOfDevice(Throwable refusal) {
    for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
      if (isNoSpace(cause)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isNoSpace(Throwable cause) {
    return cause instanceof DeviceException device && device.isNoSpace();
  }

  static BlockException writing(IOException cause) {
    if (isNoSpace(cause)) {
      return new BlockException(
          BlockException.Kind.OUT_OF_SPACE,
          "the file system is full: " + cause.getMessage(),
          cause);
    }
    BlockException.Kind kind =
        cause instanceof FormatException
            ? BlockException.Kind.MEDIUM_READ
            : BlockException.Kind.MEDIUM_WRITE;
    return new BlockException(kind, "cannot write: " + cause.getMessage(), cause);
  }

  /** What somebody is told of whose change ended so. */
  static BlockException ofChange(Throwable cause) {
    if (cause instanceof BlockException told) {
      return told;
    }
    return cause instanceof IOException io ? writing(io) : unexpected(cause);
  }

  /** What no device reports: a defect, or want of memory. */
  static BlockException unexpected(Throwable cause) {
    return new BlockException(BlockException.Kind.INTERNAL, cause.toString(), cause);
  }

  /** Notes what failed after a failure; without memory the virtual machine throws one again. */
  static void alsoFailed(Throwable failure, Throwable later) {
    if (later != failure) {
      failure.addSuppressed(later);
    }
  }

  static BlockException poolFailed(IOException cause) {
    return new BlockException(
        BlockException.Kind.MEDIUM_WRITE,
        "the pool stopped taking writes when its journal or a flush failed: "
            + cause.getMessage()
            + "; restart after the device is sound",
        cause);
  }
}
