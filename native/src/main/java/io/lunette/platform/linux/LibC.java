/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.platform.linux;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * Calls of the C library with fixed arguments, directly mapped. Every one returns what C returns;
 * after a failure the errno of this thread is {@link #errno()}, read at once. {@code size_t} and
 * {@code off_t} are {@code long}: LP64 only, checked at load.
 */
public final class LibC {

  /* fcntl.h */
  public static final int O_RDONLY = 0;
  public static final int O_RDWR = 2;
  public static final int O_EXCL = 0x80;
  public static final int O_DSYNC = 0x1000;
  public static final int O_CLOEXEC = 0x80000;

  /* sys/file.h */
  public static final int LOCK_SH = 1;
  public static final int LOCK_EX = 2;
  public static final int LOCK_NB = 4;

  /* unistd.h */
  public static final int SEEK_END = 2;
  public static final int SEEK_DATA = 3;
  public static final int SEEK_HOLE = 4;

  /* fcntl.h */
  public static final int POSIX_FADV_DONTNEED = 4;

  /* linux/falloc.h */
  public static final int FALLOC_FL_KEEP_SIZE = 0x01;
  public static final int FALLOC_FL_PUNCH_HOLE = 0x02;
  public static final int FALLOC_FL_ZERO_RANGE = 0x10;

  /* linux/fs.h */
  public static final int RWF_DSYNC = 0x02;
  public static final int RWF_NOWAIT = 0x08;
  public static final long BLKSSZGET = 0x1268;
  public static final long BLKDISCARD = 0x1277;
  public static final long BLKPBSZGET = 0x127b;
  public static final long BLKZEROOUT = 0x127f;

  public static final long FS_IOC_GETFLAGS = 0x80086601L;
  public static final long FS_IOC_SETFLAGS = 0x40086602L;
  public static final int FS_NOCOW_FL = 0x00800000;

  public static final long FS_IOC_FIEMAP = 0xc020660bL;

  /** Size of a structure fiemap, where the numbers in it are, and those in its first extent. */
  public static final int FIEMAP_BYTES = 32;

  public static final int FIEMAP_LENGTH_OFFSET = 8;
  public static final int FIEMAP_MAPPED_EXTENTS_OFFSET = 20;
  public static final int FIEMAP_EXTENT_COUNT_OFFSET = 24;
  public static final int FIEMAP_EXTENT_BYTES = 56;
  public static final int FIEMAP_EXTENT_ADDRESS_OFFSET = 8;
  public static final int FIEMAP_EXTENT_LENGTH_OFFSET = 16;
  public static final int FIEMAP_EXTENT_FLAGS_OFFSET = 40;

  /* linux/fiemap.h */
  public static final int FIEMAP_EXTENT_UNKNOWN = 0x2;
  public static final int FIEMAP_EXTENT_DELALLOC = 0x4;
  public static final int FIEMAP_EXTENT_NOT_ALIGNED = 0x100;
  public static final int FIEMAP_EXTENT_SHARED = 0x2000;

  /* linux/stat.h, linux/fcntl.h */
  public static final int AT_EMPTY_PATH = 0x1000;
  public static final int STATX_BLOCKS = 0x400;

  /** Size of a structure statx, and where in it {@code stx_mask} and {@code stx_blocks} are. */
  public static final int STATX_BYTES = 256;

  public static final int STATX_MASK_OFFSET = 0;
  public static final int STATX_BLOCKS_OFFSET = 48;

  /* poll.h */
  public static final int POLLIN = 0x001;
  public static final int POLLOUT = 0x004;

  /* errno.h */
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int ENXIO = 6;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EINVAL = 22;
  public static final int ENOTTY = 25;
  public static final int ENOSPC = 28;
  public static final int ENOSYS = 38;
  public static final int EOPNOTSUPP = 95;
  public static final int EDQUOT = 122;

  static {
    if (Native.POINTER_SIZE != 8 || Native.LONG_SIZE != 8) {
      throw new UnsatisfiedLinkError("Lunette's native I/O needs a 64-bit Linux");
    }
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  public static native long pread(int fd, long buffer, long count, long offset);

  public static native long pwrite(int fd, long buffer, long count, long offset);

  /** {@code vectors} is the address of {@code count} pairs of address and length. */
  public static native long preadv2(int fd, long vectors, int count, long offset, int flags);

  /** {@code vectors} is the address of {@code count} pairs of address and length. */
  public static native long pwritev2(int fd, long vectors, int count, long offset, int flags);

  public static native int fallocate(int fd, int mode, long offset, long length);

  public static native int fdatasync(int fd);

  public static native int ftruncate(int fd, long length);

  public static native long lseek(int fd, long offset, int whence);

  public static native int flock(int fd, int operation);

  /** {@code result} is the address of a structure statx, which is the same on all platforms. */
  public static native int statx(int fd, String path, int flags, int mask, long result);

  public static native int posix_fadvise(int fd, long offset, long length, int advice);

  /** {@code fds} is the address of {@code count} structures pollfd. */
  public static native int poll(long fds, long count, int timeoutMillis);

  public static native int close(int fd);

  public static native int getpagesize();

  /** The errno that the last call of this thread left. */
  public static int errno() {
    return Native.getLastError();
  }

  /** The address of a direct buffer's first byte, whatever its position. */
  public static long addressOf(ByteBuffer direct) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
  }
}
