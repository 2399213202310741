/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An exclusive lock on a file, given up when it is closed or the process dies, however it dies. The
 * file itself stays.
 */
final class FileLock implements AutoCloseable {

  private final FileChannel channel;

  private FileLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @param busyMessage said if another holds it
   */
  static FileLock acquire(Path file, String busyMessage) throws ApplianceException {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean taken = false;
      try {
        taken = locks(channel);
      } finally {
        if (!taken) {
          channel.close();
        }
      }
      if (taken) {
        return new FileLock(channel);
      }
    } catch (IOException e) {
      throw new ApplianceException("cannot lock " + file + ": " + Home.reason(e), e);
    }
    throw new ApplianceException(busyMessage);
  }

  private static boolean locks(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
