/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.engine.key.KeyEncryptionKey;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.key.MemoryVault;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntSupplier;

/** A vault that knows what it kept when a device had been called so many times. Thread-safe. */
final class RecordingVault implements KeyVault {

  private record State(int calls, MemoryVault vault) {}

  private final IntSupplier calls;
  private final MemoryVault now;
  private final List<State> states = new ArrayList<>();

  RecordingVault(IntSupplier calls) {
    this(calls, new MemoryVault());
  }

  /** One that keeps what another does already. */
  RecordingVault(IntSupplier calls, MemoryVault before) {
    this.calls = calls;
    this.now = before.copy();
    states.add(new State(0, now.copy()));
  }

  /**
   * As a crash after so many calls may have left it: what was replaced between that call and the
   * next may have been replaced or not.
   */
  synchronized MemoryVault after(int crash, Random coin) {
    MemoryVault left = states.get(0).vault;
    for (State state : states) {
      boolean replaced = state.calls < crash || (state.calls == crash && coin.nextBoolean());
      if (!replaced) {
        break;
      }
      left = state.vault;
    }
    return left.copy();
  }

  /** Every key-encryption key that it has ever kept. */
  synchronized Collection<KeyEncryptionKey> everKept(UUID pool) {
    Map<Long, KeyEncryptionKey> kept = new TreeMap<>();
    for (State state : states) {
      state.vault.load(pool).forEach(key -> kept.put(key.checkValue(), key));
    }
    return kept.values();
  }

  @Override
  public String place(UUID pool) {
    return now.place(pool);
  }

  @Override
  public List<KeyEncryptionKey> load(UUID pool) {
    return now.load(pool);
  }

  @Override
  public void create(UUID pool, KeyEncryptionKey first) throws IOException {
    now.create(pool, first);
    remember();
  }

  @Override
  public void replace(UUID pool, KeyEncryptionKey present, List<KeyEncryptionKey> keys)
      throws IOException {
    now.replace(pool, present, keys);
    remember();
  }

  private synchronized void remember() {
    states.add(new State(calls.getAsInt(), now.copy()));
  }
}
