/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Direct buffers at addresses that direct I/O accepts. */
public final class AlignedBuffers {

  /** Alignment of addresses, in bytes: no device asks for more than a page. */
  public static final int ALIGNMENT = 4096;

  private AlignedBuffers() {}

  /** A zeroed buffer of that size, little-endian like everything on the device. */
  public static ByteBuffer allocate(int sizeBytes) {
    // An aligned slice is cut at both ends, so what it is cut of must be whole pages and one more.
    int pages = (sizeBytes + ALIGNMENT - 1) / ALIGNMENT;
    return ByteBuffer.allocateDirect((pages + 1) * ALIGNMENT)
        .alignedSlice(ALIGNMENT)
        .slice(0, sizeBytes)
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
