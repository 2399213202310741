/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A store whose disk is the test: it can be told to fail, and to hold saves back until they are let
 * go. Used by one thread.
 */
public final class MemoryUnitStateStore implements UnitStateStore {

  private record Place(UUID unit, Kind kind) {}

  private final Map<Place, byte[]> records = new HashMap<>();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private boolean holds;
  private boolean fails;
  private int saves;
  private int removesToFail;

  /** Lets saves wait for {@link #letGo} from now on, or not. */
  public void hold(boolean on) {
    holds = on;
  }

  /** Completes the oldest save that waits. */
  public void letGo() {
    held.remove().run();
  }

  /** Lets saves and loads fail from now on, or not. */
  public void fail(boolean on) {
    fails = on;
  }

  /** Lets that many removes from now on fail. */
  public void failRemoves(int count) {
    removesToFail = count;
  }

  /** How many records have been saved. */
  public int saves() {
    return saves;
  }

  /** Puts a record as if it had been saved. */
  public void put(UUID unit, Kind kind, byte[] record) {
    records.put(new Place(unit, kind), record);
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public Optional<byte[]> load(UUID unit, Kind kind) throws IOException {
    if (fails) {
      throw new IOException("on purpose");
    }
    return Optional.ofNullable(records.get(new Place(unit, kind)));
  }

  @Override
  public CompletionStage<Void> save(UUID unit, Kind kind, byte[] record) {
    CompletableFuture<Void> saved = new CompletableFuture<>();
    Runnable end = () -> finish(new Place(unit, kind), record, saved);
    if (holds) {
      held.add(end);
    } else {
      end.run();
    }
    return saved;
  }

  private void finish(Place place, byte[] record, CompletableFuture<Void> saved) {
    if (fails) {
      saved.completeExceptionally(new IOException("on purpose"));
      return;
    }
    saves++;
    records.put(place, record);
    saved.complete(null);
  }

  @Override
  public void remove(UUID unit) throws IOException {
    if (removesToFail > 0) {
      removesToFail--;
      throw new IOException("on purpose");
    }
    records.keySet().removeIf(place -> place.unit().equals(unit));
  }
}
