/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import io.lunette.platform.linux.LibC;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries what a device can do, on a range of it that holds nothing. A zeroing call counts as
 * supported only if the device reads as zeroes after it. A trial that fails counts as one that was
 * refused: the range may lie on a bad sector, and a pool is not to be lost for what it does not
 * need.
 */
final class DeviceProbe {

  private static final Logger LOG = LoggerFactory.getLogger(DeviceProbe.class);
  private static final byte PATTERN = 0x5a;
  private static final int FILE_TYPE_MASK = 0xf000;
  private static final int BLOCK_DEVICE = 0x6000;
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
  private static final Set<String> NEVER_SHARES = Set.of("ext2", "ext3", "ext4");
  private static final int[] ALIGNMENTS = {512, AlignedBuffers.ALIGNMENT};

  private final Path path;
  private final Descriptor main;

  /** Null where direct I/O cannot be had. */
  private final Descriptor direct;

  private final boolean mayWrite;
  private final boolean isBlockDevice;

  DeviceProbe(Path path, Descriptor main, Descriptor direct, boolean mayWrite) {
    this.path = path;
    this.main = main;
    this.direct = direct;
    this.mayWrite = mayWrite;
    this.isBlockDevice = isBlockDevice(path);
  }

  static boolean isBlockDevice(Path path) {
    try {
      int mode = (int) Files.getAttribute(path, "unix:mode");
      return (mode & FILE_TYPE_MASK) == BLOCK_DEVICE;
    } catch (IOException unknown) {
      return false;
    }
  }

  /** What of {@code ALIGNMENT} or less direct reads must be multiples of, or 0 if they fail. */
  static int directAlignment(Descriptor direct, long offset) {
    if (direct == null) {
      return 0;
    }
    for (int alignment : ALIGNMENTS) {
      try {
        // A second unit, so that an offset that is more aligned than it need be proves nothing.
        direct.read(offset + alignment, AlignedBuffers.allocate(alignment));
        return alignment;
      } catch (DeviceException refused) {
        continue;
      }
    }
    return 0;
  }

  /**
   * Tries everything on a range that holds nothing, and leaves it zero.
   *
   * @param offset multiple of 4096, as is the length
   */
  DeviceFeatures run(long offset, int length) {
    ByteBuffer buffer = AlignedBuffers.allocate(length);
    Support durableWrite = attempt(() -> main.writeDurably(offset, buffer));
    // First, while the range has the space that the last trial left it: no overwrite needs any
    // then.
    Support overwriteInPlace =
        isBlockDevice || isInMemory(path)
            ? Support.YES
            : attempt(() -> overwritesInPlace(offset, buffer));
    Support allocate =
        isBlockDevice || isInMemory(path)
            ? Support.NO
            : attempt(() -> allocate(main, offset, length));
    Support zeroRange =
        attempt(() -> zeroes(() -> zeroRange(main, isBlockDevice, offset, length), offset, buffer));
    Support punchHole =
        attempt(() -> zeroes(() -> punchHole(main, offset, length), offset, buffer));
    Support discard =
        isBlockDevice ? attempt(() -> main.onRange(LibC.BLKDISCARD, offset, length)) : Support.NO;
    if (mayWrite) {
      // Not left as a hole: the next trial must not need space.
      fill(buffer, (byte) 0);
      Support ignored =
          attempt(
              () -> {
                main.write(offset, buffer);
                return true;
              });
    }
    return new DeviceFeatures(
        isBlockDevice ? "block device" : "file",
        fileSystem(),
        isBlockDevice ? number(LibC.BLKSSZGET) : queueLimit("logical_block_size"),
        isBlockDevice ? number(LibC.BLKPBSZGET) : queueLimit("physical_block_size"),
        directAlignment(direct, offset),
        allocate,
        punchHole,
        zeroRange,
        discard,
        durableWrite,
        tried(() -> main.readAtOnce(offset, buffer) != Descriptor.Promptness.UNKNOWN),
        overwriteInPlace);
  }

  /** False if the call is not known. */
  static boolean allocate(Descriptor main, long offset, long length) throws DeviceException {
    return main.allocate(LibC.FALLOC_FL_KEEP_SIZE, offset, length);
  }

  /** False if the call is not known. */
  static boolean zeroRange(Descriptor main, boolean isBlockDevice, long offset, long length)
      throws DeviceException {
    return isBlockDevice
        ? main.onRange(LibC.BLKZEROOUT, offset, length)
        : main.allocate(LibC.FALLOC_FL_ZERO_RANGE | LibC.FALLOC_FL_KEEP_SIZE, offset, length);
  }

  /**
   * False if the call is not known. On a block device the kernel does it only where zeroes are
   * certain (blkdev_fallocate, BLKDEV_ZERO_NOFALLBACK).
   */
  static boolean punchHole(Descriptor main, long offset, long length) throws DeviceException {
    return main.allocate(LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE, offset, length);
  }

  private interface Attempt {
    boolean run() throws DeviceException;
  }

  /** Tries what takes writes. */
  private Support attempt(Attempt attempt) {
    return mayWrite ? tried(attempt) : Support.UNTRIED;
  }

  private Support tried(Attempt attempt) {
    try {
      return attempt.run() ? Support.YES : Support.NO;
    } catch (DeviceException e) {
      if (e.isNoSpace()) {
        return Support.UNTRIED;
      }
      LOG.warn("not used, for it failed when it was tried: {}", e.getMessage());
      return Support.NO;
    }
  }

  /** A size that a block device tells, 0 if it does not. */
  private int number(long request) {
    try {
      return main.number(request);
    } catch (DeviceException e) {
      LOG.warn("a size is not known: {}", e.getMessage());
      return 0;
    }
  }

  private boolean zeroes(Attempt call, long offset, ByteBuffer buffer) throws DeviceException {
    fill(buffer, PATTERN);
    main.write(offset, buffer);
    if (!call.run()) {
      return false;
    }
    main.read(offset, buffer);
    return buffer.mismatch(AlignedBuffers.allocate(buffer.capacity())) < 0;
  }

  /** Of a longer range than file systems that write elsewhere make an exception of. */
  private boolean overwritesInPlace(long offset, ByteBuffer buffer) throws DeviceException {
    Optional<List<ExtentMap.Extent>> first = placesOf(PATTERN, offset, buffer);
    return first.isPresent()
        && first.get().stream().allMatch(ExtentMap.Extent::hasAddress)
        && first.get().stream().noneMatch(ExtentMap.Extent::isShared)
        && first.get().stream().mapToLong(ExtentMap.Extent::length).sum() == buffer.capacity()
        && first.equals(placesOf((byte) ~PATTERN, offset, buffer));
  }

  /** Where a pattern lies once it is written; empty if the file system does not tell. */
  private Optional<List<ExtentMap.Extent>> placesOf(byte pattern, long offset, ByteBuffer buffer)
      throws DeviceException {
    fill(buffer, pattern);
    main.write(offset, buffer);
    main.sync();
    return ExtentMap.of(main, offset, buffer.capacity(), buffer.capacity() / 512);
  }

  private static void fill(ByteBuffer buffer, byte value) {
    for (int i = 0; i < buffer.capacity(); i++) {
      buffer.put(i, value);
    }
  }

  private String fileSystem() {
    return fileSystem(path);
  }

  private static String fileSystem(Path path) {
    try {
      return Files.getFileStore(path).type();
    } catch (IOException unknown) {
      return "";
    }
  }

  /** Whether a file lies on a file system that has no medium below it. */
  static boolean isInMemory(Path path) {
    return Files.isRegularFile(path) && IN_MEMORY.contains(fileSystem(path));
  }

  /** Whether two files, or a file and a snapshot, may have the same bytes of the medium. */
  static boolean mayShare(Path path) {
    return Files.isRegularFile(path)
        && !IN_MEMORY.contains(fileSystem(path))
        && !NEVER_SHARES.contains(fileSystem(path));
  }

  /** A limit of the disk below the file system, as sysfs has it; 0 where there is no disk. */
  private int queueLimit(String name) {
    try {
      long device = ((Number) Files.getAttribute(path, "unix:dev")).longValue();
      long major = device >>> 8 & 0xfff | device >>> 32 & ~0xfffL;
      long minor = device & 0xff | device >>> 12 & 0xffffff00L;
      Path disk = Path.of("/sys/dev/block/" + major + ":" + minor).toRealPath();
      Path queue = disk.resolve("queue");
      // A partition has the limits of its disk.
      Path limits = Files.isDirectory(queue) ? queue : disk.resolveSibling("queue");
      return Integer.parseInt(Files.readString(limits.resolve(name)).strip());
    } catch (IOException | NumberFormatException noDisk) {
      return 0;
    }
  }
}
