/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one thread at a time change a volume. Names share locks, so none is taken within another.
 */
final class NameLocks {

  private static final int STRIPES = 256;

  private final Lock[] locks = new Lock[STRIPES];

  NameLocks() {
    for (int i = 0; i < STRIPES; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** What is done under a lock. */
  interface Section<T> {
    T run() throws VolumeException;
  }

  <T> T under(VolumeName name, Section<T> section) throws VolumeException {
    Lock lock = locks[Math.floorMod(name.hashCode(), STRIPES)];
    lock.lock();
    try {
      return section.run();
    } finally {
      lock.unlock();
    }
  }
}
