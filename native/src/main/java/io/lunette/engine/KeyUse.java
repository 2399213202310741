/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.ArrayList;
import java.util.List;

/** Holds the keys of a chain of layers unwrapped, for as long as it is open. */
final class KeyUse implements AutoCloseable {

  private final List<DataKey> held = new ArrayList<>();

  private KeyUse() {}

  /**
   * Unwraps what the chain needs that begins with that layer. No layer may leave the chain
   * meanwhile: with the lock of {@link Metadata} held, or the volume's writers kept out.
   *
   * @throws LockedKeyException if a key is not to be had; none is held then
   */
  static KeyUse of(Layer top) throws LockedKeyException {
    return of(top.key(), top.parent);
  }

  /** {@link #of(Layer)} of a layer to come, with that key and on that layer; either may be null. */
  static KeyUse of(DataKey topKey, Layer below) throws LockedKeyException {
    KeyUse use = new KeyUse();
    boolean complete = false;
    try {
      use.hold(topKey);
      for (Layer layer = below; layer != null; layer = layer.parent) {
        use.hold(layer.key());
      }
      complete = true;
      return use;
    } finally {
      if (!complete) {
        use.close();
      }
    }
  }

  /** {@link #of} where others may change the chain meanwhile. */
  static KeyUse ofMoving(Layer top, Metadata metadata) throws LockedKeyException {
    metadata.lock.lock();
    try {
      return of(top);
    } finally {
      metadata.lock.unlock();
    }
  }

  private void hold(DataKey key) throws LockedKeyException {
    if (key != null && !held.contains(key)) {
      key.acquire();
      held.add(key);
    }
  }

  @Override
  public void close() {
    held.forEach(DataKey::release);
    held.clear();
  }
}
