/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import io.lunette.scsi.device.UnitStateStore.Kind;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The mode parameters of a unit, shared by all nexuses: current ones, and saved ones, to which a
 * reset and a restart return (SPC-4 §6.11). Where saved ones cannot be read, the defaults stand in,
 * but for software write protection, which is on: nobody knows whether somebody relies on it.
 * Thread-safe.
 */
public final class ModeState {

  private final UnitRecords records;
  private final AtomicReference<ModeValues> current;
  private volatile ModeValues saved;

  ModeState(UnitRecords records) {
    this.records = records;
    ModeValues kept =
        records.kept(Kind.MODE_PAGES).map(ModeValues::decode).orElse(ModeValues.DEFAULTS);
    saved = records.isLost(Kind.MODE_PAGES) ? kept.withSoftwareWriteProtect(true) : kept;
    current = new AtomicReference<>(saved);
  }

  public ModeValues current() {
    return current.get();
  }

  public ModeValues saved() {
    return saved;
  }

  /** Whether parameters can be saved. */
  public boolean saves() {
    return records.isDurable();
  }

  /** Changes the current values; false if they are no longer what the change was made from. */
  @CheckReturnValue
  public boolean replace(ModeValues from, ModeValues to) {
    return current.compareAndSet(from, to);
  }

  /** Saves the current values; completes when they are durable. */
  public CompletionStage<Void> save() {
    ModeValues values = current.get();
    return records.save(Kind.MODE_PAGES, values.encode()).thenRun(() -> saved = values);
  }

  void reset() {
    current.set(saved);
  }
}
