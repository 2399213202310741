/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import io.lunette.platform.linux.LibC;
import io.lunette.platform.linux.LibCMessages;
import java.io.IOException;

/**
 * Tells want of space from other failures of the JDK's own file I/O. That has no type for it and
 * keeps no error number, only what the C library says of it, in the language of the process; so the
 * C library is asked once more. What goes through a {@link RawDevice} is told by its number ({@link
 * DeviceException#isNoSpace}). Stateless.
 */
public final class WantOfSpace {

  private WantOfSpace() {}

  /** Whether a file could not be written because its file system, or a quota, is full. */
  public static boolean isSaidBy(IOException failure) {
    String message = failure.getMessage();
    return message != null && (says(message, LibC.ENOSPC) || says(message, LibC.EDQUOT));
  }

  private static boolean says(String message, int errno) {
    return message.contains(LibCMessages.INSTANCE.strerror(errno));
  }
}
