/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Where logical units keep the state that outlives a restart of the target: for each unit at most
 * one record of each kind, opaque to the store.
 *
 * <p>The store sees to it that a record is read back whole or not at all, whatever happens while it
 * is written, and that one which was damaged or belongs to another unit is refused. Thread-safe.
 */
public interface UnitStateStore {

  /** What a record holds. */
  enum Kind {
    /** Registrations and the persistent reservation, while APTPL is active (SPC-4 §5.13.5). */
    RESERVATIONS,
    /** Saved values of the mode pages (SPC-4 §6.11). */
    MODE_PAGES,
    /** A SANITIZE that has not ended well (SBC-3 §4.11). */
    SANITIZE
  }

  /** Longest record. */
  int RECORD_BYTES_MAX = 1 << 20;

  /** Whether anything is kept at all; if not, a unit offers nothing that needs it. */
  boolean isDurable();

  /**
   * The record that was saved last; empty if there is none. Blocks.
   *
   * @throws IOException if there is one that cannot be read or is damaged
   */
  Optional<byte[]> load(UUID unit, Kind kind) throws IOException;

  /**
   * Replaces a record. Does not block, so an event loop may call it; the stage completes on a
   * thread of the store when the record is durable, or exceptionally with an {@link IOException} if
   * it is not, in which case the one before is still there. Calls take effect in their order.
   *
   * @param record at most {@link #RECORD_BYTES_MAX}; not changed afterwards by the caller
   */
  CompletionStage<Void> save(UUID unit, Kind kind, byte[] record);

  /**
   * Removes all records of a unit, durably, also those that are being saved; of one that has none,
   * does nothing. Blocks.
   */
  void remove(UUID unit) throws IOException;

  /** Keeps nothing. */
  static UnitStateStore none() {
    return new UnitStateStore() {
      @Override
      public boolean isDurable() {
        return false;
      }

      @Override
      public Optional<byte[]> load(UUID unit, Kind kind) {
        return Optional.empty();
      }

      @Override
      public CompletionStage<Void> save(UUID unit, Kind kind, byte[] record) {
        return CompletableFuture.failedFuture(new IOException("nothing is kept here"));
      }

      @Override
      public void remove(UUID unit) {}
    };
  }
}
