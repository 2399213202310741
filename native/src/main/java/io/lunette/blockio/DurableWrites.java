/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import io.lunette.platform.linux.LibC;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * Writes to one file or block device that are durable on return, each through an open file that no
 * other uses meanwhile.
 *
 * <p>The kernel tells each open file once that the writing back of a page failed, whosesoever page
 * it was. Of two writes at a time through one open file, one may be told what the other should have
 * heard, which then succeeds though its bytes are lost. So it may only be told too much: a write
 * that reached the device fails because another page did not.
 *
 * <p>All are opened at once, for the path may lead elsewhere later. Thread-safe.
 */
final class DurableWrites implements AutoCloseable {

  /** At a time; more wait. */
  private static final int FILES = 5;

  private final Semaphore turns = new Semaphore(0);
  private final ArrayBlockingQueue<Descriptor> idle = new ArrayBlockingQueue<>(FILES);

  private DurableWrites() {}

  static DurableWrites to(Path path) throws DeviceException {
    DurableWrites writes = new DurableWrites();
    boolean opened = false;
    try {
      for (int i = 0; i < FILES; i++) {
        writes.giveBack(Descriptor.open(path, LibC.O_RDWR | LibC.O_DSYNC));
      }
      opened = true;
      return writes;
    } finally {
      if (!opened) {
        writes.close();
      }
    }
  }

  void write(long offsetBytes, ByteBuffer source) throws DeviceException {
    turns.acquireUninterruptibly();
    Descriptor own = idle.remove();
    try {
      own.write(offsetBytes, source);
    } finally {
      giveBack(own);
    }
  }

  private void giveBack(Descriptor file) {
    idle.add(file);
    turns.release();
  }

  /** Lets go; no write may be under way. */
  @Override
  public void close() {
    idle.forEach(Descriptor::close);
  }
}
