/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.device.UnitStateStore.Kind;
import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a store holds of one unit: the records as they were when the unit was opened, and the way to
 * save new ones. Thread-safe; what was loaded is immutable.
 */
public final class UnitRecords {

  private static final Logger LOG = LoggerFactory.getLogger(UnitRecords.class);

  private final UnitStateStore store;
  private final UUID unit;
  private final Map<Kind, byte[]> kept = new EnumMap<>(Kind.class);
  private final Set<Kind> lost = EnumSet.noneOf(Kind.class);

  private UnitRecords(UnitStateStore store, UUID unit) {
    this.store = store;
    this.unit = unit;
  }

  /** Loads every record of a unit; one that cannot be read counts as lost. Blocks. */
  public static UnitRecords load(UnitStateStore store, UUID unit) {
    UnitRecords records = new UnitRecords(store, unit);
    for (Kind kind : Kind.values()) {
      try {
        store.load(unit, kind).ifPresent(record -> records.kept.put(kind, record));
      } catch (IOException e) {
        LOG.error("what unit {} kept of its {} is lost: {}", unit, kind, e.getMessage());
        records.lost.add(kind);
      }
    }
    return records;
  }

  /** Of a unit that keeps nothing. */
  public static UnitRecords none() {
    return new UnitRecords(UnitStateStore.none(), new UUID(0, 0));
  }

  /** Whether anything can be saved. */
  boolean isDurable() {
    return store.isDurable();
  }

  /** A copy of the record that the unit was opened with; empty if there was none, or it is lost. */
  Optional<byte[]> kept(Kind kind) {
    return Optional.ofNullable(kept.get(kind)).map(byte[]::clone);
  }

  /** Whether there was a record that could not be read. */
  boolean isLost(Kind kind) {
    return lost.contains(kind);
  }

  /** As {@link UnitStateStore#save}. */
  CompletionStage<Void> save(Kind kind, byte[] record) {
    return store.save(unit, kind, record);
  }
}
