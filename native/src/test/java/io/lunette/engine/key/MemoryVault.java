/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** A vault in memory, which remembers all that it ever kept. Thread-safe. */
public final class MemoryVault implements KeyVault {

  private record Kept(long epoch, byte[] key) {}

  private List<Kept> kept = List.of();
  private int changesLeft = Integer.MAX_VALUE;

  /** The next changes, or no more, end in an error. */
  public synchronized void setFailing(boolean whether) {
    failAfter(whether ? 0 : Integer.MAX_VALUE);
  }

  /** So do those that come after so many others. */
  public synchronized void failAfter(int changes) {
    changesLeft = changes;
  }

  /** As it is now. */
  public synchronized MemoryVault copy() {
    MemoryVault copy = new MemoryVault();
    copy.kept = kept;
    return copy;
  }

  /** Epochs of the keys that are kept. */
  public synchronized List<Long> epochs() {
    return kept.stream().map(Kept::epoch).toList();
  }

  @Override
  public String place(UUID pool) {
    return "memory";
  }

  @Override
  public synchronized List<KeyEncryptionKey> load(UUID pool) {
    List<KeyEncryptionKey> keys = new ArrayList<>();
    kept.forEach(key -> keys.add(new KeyEncryptionKey(key.epoch, key.key)));
    return keys;
  }

  @Override
  public synchronized void create(UUID pool, KeyEncryptionKey first) throws IOException {
    requireSound(kept.isEmpty());
    kept = List.of(new Kept(first.epoch(), first.bytes()));
  }

  private void requireSound(boolean hasWhatItShould) throws IOException {
    if (changesLeft == 0 || !hasWhatItShould) {
      throw new IOException("the vault is out of order");
    }
    changesLeft--;
  }

  @Override
  public synchronized void replace(UUID pool, KeyEncryptionKey present, List<KeyEncryptionKey> keys)
      throws IOException {
    requireSound(kept.stream().anyMatch(key -> Arrays.equals(key.key, present.bytes())));
    kept = keys.stream().map(key -> new Kept(key.epoch(), key.bytes())).toList();
  }
}
