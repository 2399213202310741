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
    KeyUse use = new KeyUse();
    boolean complete = false;
    try {
      for (Layer layer = top; layer != null; layer = layer.parent) {
        DataKey key = layer.key();
        if (key != null && !use.held.contains(key)) {
          key.acquire();
          use.held.add(key);
        }
      }
      complete = true;
      return use;
    } finally {
      if (!complete) {
        use.close();
      }
    }
  }

  @Override
  public void close() {
    held.forEach(DataKey::release);
    held.clear();
  }
}
