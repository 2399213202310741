/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.format.TreePage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The pages of trees on a device, by the words of docs/on-disk-format.md. */
final class TreePages {

  static final int DROPPED = 17;

  private static final int MAGIC = 0x47504E4C;

  private TreePages() {}

  /** Number of the newest leaf of a tree of that kind. */
  static int newestLeaf(PagedDevice device, int kind) {
    int newest = -1;
    long generation = -1;
    for (int number = 0; number < device.sizeBytes() / PagedDevice.PAGE; number++) {
      ByteBuffer page = ByteBuffer.wrap(device.page(number)).order(ByteOrder.LITTLE_ENDIAN);
      if (page.getInt(0) == MAGIC
          && page.getLong(8) >>> 56 == kind
          && page.getLong(32) == number
          && page.getInt(40) == 0
          && page.getLong(24) > generation) {
        newest = number;
        generation = page.getLong(24);
      }
    }
    if (newest < 0) {
      throw new AssertionError("no leaf of a tree of kind " + kind);
    }
    return newest;
  }

  /** Inverts a bit of a page, and the same of its copy. */
  static void damage(PagedDevice device, int number) {
    for (long place : new long[] {number, TreePage.copyOf(number)}) {
      device.flip((place * PagedDevice.PAGE + 70) * Byte.SIZE);
    }
  }
}
