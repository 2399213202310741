/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that is held for a fraction of a microsecond: whoever finds it held looks a few times more
 * before he sleeps, for the waking of a thread takes longer than all that is done with the lock.
 */
final class SpinningLock extends ReentrantLock {

  private static final long serialVersionUID = 1;

  private static final int LOOKS = 64;

  @Override
  public void lock() {
    for (int i = 0; i < LOOKS; i++) {
      if (tryLock()) {
        return;
      }
      Thread.onSpinWait();
    }
    super.lock();
  }
}
