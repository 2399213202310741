/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.device.UnitRecords;
import io.lunette.scsi.device.UnitStateStore;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A store of one unit in memory, that can be told to fail with records of one kind. */
final class KeptRecords implements UnitStateStore {

  private final Map<Kind, byte[]> records = new EnumMap<>(Kind.class);
  private final Kind breaking;
  private boolean broken;

  KeptRecords(Kind breaking) {
    this.breaking = breaking;
  }

  /** What a unit finds that begins now. */
  UnitRecords reopen() {
    return UnitRecords.load(this, TestUnit.IDENTITY);
  }

  void breakDown(boolean now) {
    broken = now;
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public Optional<byte[]> load(UUID unit, Kind kind) throws IOException {
    if (broken && kind == breaking) {
      throw new IOException("broken on purpose");
    }
    return Optional.ofNullable(records.get(kind));
  }

  @Override
  public CompletionStage<Void> save(UUID unit, Kind kind, byte[] record) {
    if (broken && kind == breaking) {
      return CompletableFuture.failedFuture(new IOException("broken on purpose"));
    }
    records.put(kind, record);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void remove(UUID unit) {
    records.clear();
  }
}
