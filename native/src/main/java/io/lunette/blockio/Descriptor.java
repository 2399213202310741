/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import io.lunette.platform.linux.LibC;
import io.lunette.platform.linux.LibCVariadic;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One open file descriptor: checks every result, retries EINTR, goes on after short transfers. */
final class Descriptor {

  private final int fd;
  private final String name;

  private Descriptor(int fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  static Descriptor open(Path path, int flags) throws DeviceException {
    while (true) {
      int fd = LibCVariadic.INSTANCE.open(path.toString(), flags | LibC.O_CLOEXEC, 0);
      if (fd >= 0) {
        return new Descriptor(fd, path.toString());
      }
      int errno = LibC.errno();
      if (errno != LibC.EINTR) {
        throw failure("open", path.toString(), errno);
      }
    }
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

  void write(long offset, ByteBuffer source) throws DeviceException {
    long address = LibC.addressOf(source) + source.position();
    long done = 0;
    long length = source.remaining();
    while (done < length) {
      long n = LibC.pwrite(fd, address + done, length - done, offset + done);
      if (n < 0) {
        retryOrFail("write at " + (offset + done));
      } else {
        done += n;
      }
    }
    Reference.reachabilityFence(source);
  }

  void sync() throws DeviceException {
    while (LibC.fdatasync(fd) != 0) {
      retryOrFail("flush");
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
