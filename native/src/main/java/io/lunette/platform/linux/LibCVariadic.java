/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.platform.linux;

import com.sun.jna.Library;
import com.sun.jna.Native;

/** Calls with variable arguments, which direct mapping does not have; for set-up, not for I/O. */
public interface LibCVariadic extends Library {

  /** The one instance. */
  LibCVariadic INSTANCE = Native.load("c", LibCVariadic.class);

  /** open(2). */
  int open(String path, int flags, Object... mode);

  /** ioctl(2). */
  int ioctl(int fd, long request, Object... argument);

  /** strerror(3). */
  String strerror(int errno);
}
