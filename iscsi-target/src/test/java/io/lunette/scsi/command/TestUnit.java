/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.UnitRecords;
import io.lunette.scsi.device.UnitServices;
import io.lunette.scsi.device.UnitStateStore;
import io.lunette.scsi.device.UnitTraits;
import java.util.UUID;
import java.util.concurrent.Executor;

/** A unit on a device in memory, with an initiator that sees it. */
final class TestUnit {

  static final UUID IDENTITY = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
  static final long MIB = 1 << 20;

  final MemoryBlockDevice device;
  final LogicalUnit unit;
  final Initiator initiator;

  TestUnit(MemoryBlockDevice device) {
    this(device, UnitTraits.DISK);
  }

  TestUnit(MemoryBlockDevice device, UnitTraits traits) {
    this(device, UnitRecords.none(), traits, UnitServices.UNBOUNDED);
  }

  TestUnit(
      MemoryBlockDevice device, UnitRecords records, UnitTraits traits, UnitServices services) {
    this.device = device;
    unit = new LogicalUnit(device, IDENTITY, records, traits, services);
    initiator = new Initiator(unit, "iqn.2026-01.example:a");
  }

  static TestUnit of(long sizeBytes, int blockBytes) {
    return new TestUnit(MemoryBlockDevice.inline(sizeBytes, blockBytes));
  }

  /** A thin device that does not know where what it gave up lies. */
  static MemoryBlockDevice withoutPurge(Executor executor, long sizeBytes) {
    return new MemoryBlockDevice(
        new BlockGeometry(sizeBytes, 512, 512, 512),
        new BlockFeatures(false, true, true, 512),
        executor);
  }

  /** A device with a key. */
  static MemoryBlockDevice keyed(Executor executor) {
    return new MemoryBlockDevice(
        new BlockGeometry(MIB, 512, 4096, 65536),
        new BlockFeatures(false, true, true, 4096, 0, true, true),
        executor);
  }

  /** 1 MiB in blocks of 512 bytes. */
  static TestUnit small() {
    return of(MIB, 512);
  }

  /** As {@link #small}, with what the store kept; another one on the same store is a restart. */
  static TestUnit restored(UnitStateStore store) {
    return new TestUnit(
        MemoryBlockDevice.inline(MIB, 512),
        UnitRecords.load(store, IDENTITY),
        UnitTraits.DISK,
        UnitServices.UNBOUNDED);
  }

  static TestUnit completingOn(Executor executor) {
    return new TestUnit(MemoryBlockDevice.on(executor, MIB, 512));
  }

  static TestUnit with(BlockFeatures features) {
    BlockGeometry geometry = new BlockGeometry(MIB, 512, 4096, 65536);
    return new TestUnit(new MemoryBlockDevice(geometry, features, Runnable::run));
  }

  Initiator another(String name) {
    return new Initiator(unit, "iqn.2026-01.example:" + name);
  }

  /** Bytes that differ from block to block and from seed to seed. */
  static byte[] pattern(int bytes, int seed) {
    byte[] pattern = new byte[bytes];
    new java.util.Random(seed).nextBytes(pattern);
    return pattern;
  }
}
