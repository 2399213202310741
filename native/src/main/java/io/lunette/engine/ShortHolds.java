/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Looks at what there are many of in holds of the metadata's lock that are short however many there
 * are. What is seen in one hold may have changed before the next.
 */
final class ShortHolds {

  /** What is looked at in one hold; it takes a fraction of a millisecond. */
  static final int STEPS = 4096;

  /** The lock is not fair: who waits for it needs time to wake up and take it. */
  private static final long GAP_NANOS = 50_000;

  interface Hold {
    /** Looks at some more, with the lock held; returns whether there is more after that. */
    boolean look();
  }

  private ShortHolds() {}

  /** Takes the lock again and again until there is no more. */
  static void run(Metadata metadata, Hold hold) {
    while (inOne(metadata, hold)) {
      LockSupport.parkNanos(metadata, GAP_NANOS);
    }
  }

  private static boolean inOne(Metadata metadata, Hold hold) {
    metadata.lock.lock();
    try {
      return hold.look();
    } finally {
      metadata.lock.unlock();
    }
  }

  /** All layers that there were at the beginning, each with the lock held. */
  static void ofLayers(Metadata metadata, Consumer<Layer> look) {
    Iterator<Layer> layers = layers(metadata).iterator();
    run(
        metadata,
        () -> {
          for (int i = 0; i < STEPS && layers.hasNext(); i++) {
            look.accept(layers.next());
          }
          return layers.hasNext();
        });
  }

  private static List<Layer> layers(Metadata metadata) {
    metadata.lock.lock();
    try {
      return new ArrayList<>(metadata.chains.layers());
    } finally {
      metadata.lock.unlock();
    }
  }
}
