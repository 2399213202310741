/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import io.lunette.platform.linux.LibC;
import io.lunette.platform.linux.LibCVariadic;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One open file descriptor: checks every result, retries EINTR, goes on after short transfers. */
class Descriptor {

  private static final Logger LOG = LoggerFactory.getLogger(Descriptor.class);

  /** What {@code stx_blocks} counts in, whatever the file system's blocks. */
  private static final int SECTOR = 512;

  private static final ThreadLocal<Vector> VECTOR = ThreadLocal.withInitial(Vector::new);

  private final int fd;
  private final String name;

  private Descriptor(int fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  /** The same open file as another. */
  Descriptor(Descriptor same) {
    this(same.fd, same.name);
  }

  static Descriptor open(Path path, int flags) throws DeviceException {
    while (true) {
      int fd = LibCVariadic.INSTANCE.open(path.toString(), flags | LibC.O_CLOEXEC, 0);
      if (fd >= 0) {
        return new Descriptor(fd, path.toString());
      }
      int errno = LibC.errno();
      if (errno == LibC.EBUSY) {
        throw new DeviceInUseException(
            path + ": in use: mounted, or held by another process, a volume group or an array");
      }
      if (errno != LibC.EINTR) {
        throw failure("open", path.toString(), errno);
      }
    }
  }

  /** A path that leads to what is open here, wherever its own does by now. */
  Path itself() {
    return Path.of("/proc/self/fd/" + fd);
  }

  void read(long offset, ByteBuffer target) throws DeviceException {
    long address = LibC.addressOf(target) + target.position();
    long done = 0;
    long length = target.remaining();
    while (done < length) {
      long n = LibC.pread(fd, address + done, length - done, offset + done);
      if (n < 0) {
        retryOrFail("read at " + (offset + done));
      } else if (n == 0) {
        throw new DeviceException(name + ": read at " + (offset + done) + " is beyond its end");
      } else {
        done += n;
      }
    }
    Reference.reachabilityFence(target);
  }

  /**
   * {@link #read} of one that is open for direct I/O.
   *
   * @return false if such reads are refused, for their unit is larger; nothing was read then
   */
  boolean readDirectly(long offset, ByteBuffer target) throws DeviceException {
    long n;
    do {
      n = LibC.pread(fd, LibC.addressOf(target) + target.position(), target.remaining(), offset);
    } while (n < 0 && LibC.errno() == LibC.EINTR);
    int errno = n < 0 ? LibC.errno() : 0;
    Reference.reachabilityFence(target);
    if (isUnsupported(errno)) {
      return false;
    }
    if (errno != 0) {
      throw failure("read at " + offset, name, errno);
    }
    if (n < target.remaining()) {
      int done = (int) n;
      read(offset + n, target.slice(target.position() + done, target.remaining() - done));
    }
    return true;
  }

  void write(long offset, ByteBuffer source) throws DeviceException {
    long address = LibC.addressOf(source) + source.position();
    long done = 0;
    long length = source.remaining();
    while (done < length) {
      long n = LibC.pwrite(fd, address + done, length - done, offset + done);
      if (n < 0) {
        retryOrFail("write at " + (offset + done));
      } else if (n == 0) {
        throw new DeviceException(name + ": write at " + (offset + done) + " took no byte");
      } else {
        done += n;
      }
    }
    Reference.reachabilityFence(source);
  }

  /**
   * Writes with {@code RWF_DSYNC}: the bytes are durable on return.
   *
   * @return false if this kernel or file system does not know that
   */
  boolean writeDurably(long offset, ByteBuffer source) throws DeviceException {
    Vector vector = VECTOR.get().of(source);
    long n;
    do {
      n = LibC.pwritev2(fd, vector.address, 1, offset, LibC.RWF_DSYNC);
    } while (n < 0 && LibC.errno() == LibC.EINTR);
    int errno = n < 0 ? LibC.errno() : 0;
    Reference.reachabilityFence(source);
    if (isUnsupported(errno)) {
      return false;
    }
    if (errno != 0) {
      throw failure("durable write at " + offset, name, errno);
    }
    return true;
  }

  /** How many bytes of a file its file system holds, or empty if it does not tell. */
  OptionalLong heldBytes() {
    ByteBuffer result = ByteBuffer.allocateDirect(LibC.STATX_BYTES).order(ByteOrder.nativeOrder());
    int status = LibC.statx(fd, "", LibC.AT_EMPTY_PATH, LibC.STATX_BLOCKS, LibC.addressOf(result));
    boolean told = status == 0 && (result.getInt(LibC.STATX_MASK_OFFSET) & LibC.STATX_BLOCKS) != 0;
    return told
        ? OptionalLong.of(result.getLong(LibC.STATX_BLOCKS_OFFSET) * SECTOR)
        : OptionalLong.empty();
  }

  /** What became of a read that must not wait. */
  enum Promptness {
    /** The buffer is filled. */
    DONE,
    /** Not all of it is in memory. */
    WOULD_WAIT,
    /** This kernel or file system cannot tell. */
    UNKNOWN
  }

  /** Reads with {@code RWF_NOWAIT}; unless it is done, the buffer's content is undefined. */
  Promptness readAtOnce(long offset, ByteBuffer target) throws DeviceException {
    Vector vector = VECTOR.get().of(target);
    long n;
    do {
      n = LibC.preadv2(fd, vector.address, 1, offset, LibC.RWF_NOWAIT);
    } while (n < 0 && LibC.errno() == LibC.EINTR);
    int errno = n < 0 ? LibC.errno() : 0;
    Reference.reachabilityFence(target);
    if (n == target.remaining()) {
      return Promptness.DONE;
    }
    if (isUnsupported(errno)) {
      return Promptness.UNKNOWN;
    }
    if (errno != 0 && errno != LibC.EAGAIN) {
      throw failure("read without waiting at " + offset, name, errno);
    }
    return Promptness.WOULD_WAIT;
  }

  /** One {@code struct iovec}, for the calls of one thread. */
  private static final class Vector {

    private final ByteBuffer memory =
        ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
    private final long address = LibC.addressOf(memory);

    Vector of(ByteBuffer buffer) {
      memory.putLong(0, LibC.addressOf(buffer) + buffer.position());
      memory.putLong(Long.BYTES, buffer.remaining());
      return this;
    }
  }

  /**
   * fallocate(2).
   *
   * @return false if this kernel, file system or device does not know that mode
   */
  boolean allocate(int mode, long offset, long length) throws DeviceException {
    return supported("fallocate at " + offset, () -> LibC.fallocate(fd, mode, offset, length));
  }

  /**
   * One of the ioctls of a block device that take a range of it.
   *
   * @return false if this kernel or device does not know it
   */
  boolean onRange(long request, long offset, long length) throws DeviceException {
    ByteBuffer range = ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
    range.putLong(0, offset);
    range.putLong(Long.BYTES, length);
    return supported(request, range, " at " + offset);
  }

  /**
   * The FIEMAP ioctl, which fills in what the file system knows of a range.
   *
   * @return false if this file system does not know it
   */
  boolean map(ByteBuffer fiemap) throws DeviceException {
    return supported(LibC.FS_IOC_FIEMAP, fiemap, "");
  }

  /**
   * Has what will be written to an empty file be overwritten in place (FS_NOCOW_FL), where the file
   * system would write elsewhere and can be told not to.
   */
  void overwriteInPlace() {
    ByteBuffer flags = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    try {
      if (supported(LibC.FS_IOC_GETFLAGS, flags, "")) {
        flags.putInt(0, flags.getInt(0) | LibC.FS_NOCOW_FL);
        boolean unused = supported(LibC.FS_IOC_SETFLAGS, flags, "");
      }
    } catch (DeviceException refused) {
      LOG.debug("{}: it is overwritten as its file system likes", name, refused);
    }
  }

  /** One of the ioctls that fill in an int, or 0 where it is not known. */
  int number(long request) throws DeviceException {
    ByteBuffer answer = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
    return supported(request, answer, "") ? answer.getInt(0) : 0;
  }

  private boolean supported(long request, ByteBuffer argument, String where)
      throws DeviceException {
    boolean known =
        supported(
            "ioctl " + Long.toHexString(request) + where,
            () -> LibCVariadic.INSTANCE.ioctl(fd, request, LibC.addressOf(argument)));
    Reference.reachabilityFence(argument);
    return known;
  }

  private boolean supported(String what, IntSupplier call) throws DeviceException {
    while (call.getAsInt() != 0) {
      int errno = LibC.errno();
      if (isUnsupported(errno)) {
        return false;
      }
      if (errno != LibC.EINTR) {
        throw failure(what, name, errno);
      }
    }
    return true;
  }

  private static boolean isUnsupported(int errno) {
    return errno == LibC.EOPNOTSUPP
        || errno == LibC.ENOSYS
        || errno == LibC.ENOTTY
        || errno == LibC.EINVAL;
  }

  /** A flush that finds no space is as lost as any: the kernel tries no such page again. */
  void sync() throws DeviceException {
    while (LibC.fdatasync(fd) != 0) {
      int errno = LibC.errno();
      if (errno != LibC.EINTR) {
        throw new DeviceException(failure("flush", name, errno).getMessage());
      }
    }
  }

  void truncate(long size) throws DeviceException {
    while (LibC.ftruncate(fd, size) != 0) {
      retryOrFail("resize to " + size);
    }
  }

  long end() throws DeviceException {
    long end = LibC.lseek(fd, 0, LibC.SEEK_END);
    if (end < 0) {
      throw failure("size", name, LibC.errno());
    }
    return end;
  }

  /** The next offset of data or hole at or after {@code from}, or -1 when there is none. */
  long seek(long from, int whence) throws DeviceException {
    long found = LibC.lseek(fd, from, whence);
    if (found < 0) {
      int errno = LibC.errno();
      if (errno == LibC.ENXIO) {
        return -1;
      }
      throw failure("seek", name, errno);
    }
    return found;
  }

  /** Takes the lock of this open file, shared or exclusive, or says that somebody holds it. */
  boolean tryLock(boolean shared) throws DeviceException {
    int kind = shared ? LibC.LOCK_SH : LibC.LOCK_EX;
    while (LibC.flock(fd, kind | LibC.LOCK_NB) != 0) {
      int errno = LibC.errno();
      if (errno == LibC.EAGAIN) {
        return false;
      }
      if (errno != LibC.EINTR) {
        throw failure("lock", name, errno);
      }
    }
    return true;
  }

  /**
   * Asks the kernel to forget its cached copy of a range; a hint, so its result is not looked at.
   */
  void forgetCached(long offset, long length) {
    LibC.posix_fadvise(fd, offset, length, LibC.POSIX_FADV_DONTNEED);
  }

  void close() {
    LibC.close(fd);
  }

  private void retryOrFail(String what) throws DeviceException {
    int errno = LibC.errno();
    if (errno != LibC.EINTR) {
      throw failure(what, name, errno);
    }
  }

  private static DeviceException failure(String what, String name, int errno) {
    boolean noSpace = errno == LibC.ENOSPC || errno == LibC.EDQUOT;
    return new DeviceException(
        name + ": " + what + " failed: " + LibCVariadic.INSTANCE.strerror(errno), noSpace);
  }
}
