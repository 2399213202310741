/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import io.lunette.platform.linux.LibC;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a file system tells of where it keeps a file (FIEMAP). */
final class ExtentMap {

  private static final int NO_LASTING_ADDRESS =
      LibC.FIEMAP_EXTENT_UNKNOWN | LibC.FIEMAP_EXTENT_DELALLOC | LibC.FIEMAP_EXTENT_NOT_ALIGNED;

  private static final int EXTENTS_AT_A_TIME = 32;

  /** A run of a file that lies in one piece, as far as it is in the range that was asked for. */
  record Extent(long offset, long address, long length, int flags) {

    long end() {
      return offset + length;
    }

    /** Whether another file or a snapshot has it too. */
    boolean isShared() {
      return (flags & LibC.FIEMAP_EXTENT_SHARED) != 0;
    }

    /**
     * Whether that is where the bytes are. An SMB client gives for an address the place in the
     * file, where no file system keeps what is so near to the beginning.
     */
    boolean hasAddress() {
      return (flags & NO_LASTING_ADDRESS) == 0 && address != offset;
    }
  }

  private ExtentMap() {}

  /**
   * The first extents of a range.
   *
   * @param most of them
   * @return empty if the file system does not tell
   */
  static Optional<List<Extent>> of(Descriptor file, long offset, long length, int most)
      throws DeviceException {
    ByteBuffer map =
        ByteBuffer.allocateDirect(LibC.FIEMAP_BYTES + most * LibC.FIEMAP_EXTENT_BYTES)
            .order(ByteOrder.nativeOrder())
            .putLong(0, offset)
            .putLong(LibC.FIEMAP_LENGTH_OFFSET, length)
            .putInt(LibC.FIEMAP_EXTENT_COUNT_OFFSET, most);
    if (!file.map(map)) {
      return Optional.empty();
    }
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < map.getInt(LibC.FIEMAP_MAPPED_EXTENTS_OFFSET); i++) {
      int at = LibC.FIEMAP_BYTES + i * LibC.FIEMAP_EXTENT_BYTES;
      long begin = map.getLong(at);
      long end = begin + map.getLong(at + LibC.FIEMAP_EXTENT_LENGTH_OFFSET);
      long from = Math.max(begin, offset);
      extents.add(
          new Extent(
              from,
              map.getLong(at + LibC.FIEMAP_EXTENT_ADDRESS_OFFSET) + from - begin,
              Math.min(end, offset + length) - from,
              map.getInt(at + LibC.FIEMAP_EXTENT_FLAGS_OFFSET)));
    }
    return Optional.of(extents);
  }

  /** Whether another file or a snapshot has some of a range too; false if nobody tells. */
  static boolean isShared(Descriptor file, long offset, long length) throws DeviceException {
    long at = offset;
    while (at < offset + length) {
      List<Extent> extents =
          of(file, at, offset + length - at, EXTENTS_AT_A_TIME).orElse(List.of());
      if (extents.stream().anyMatch(Extent::isShared)) {
        return true;
      }
      if (extents.size() < EXTENTS_AT_A_TIME) {
        return false;
      }
      at = extents.get(extents.size() - 1).end();
    }
    return false;
  }
}
