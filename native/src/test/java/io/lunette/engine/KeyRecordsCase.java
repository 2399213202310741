/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** What tests of a pool have in common that change the records of its keys on the device. */
abstract class KeyRecordsCase {

  static final UUID POOL = new UUID(7, 7);
  static final int BLOCK = 4096;
  private static final int EPOCH_OFFSET = 32;

  final RecordingDevice device = new RecordingDevice(formatted());
  final MemoryVault vault = new MemoryVault();
  EngineVolumeDriver driver;

  private static PagedDevice formatted() {
    PagedDevice empty = new PagedDevice(64L << 20);
    try {
      PoolState.format(empty, POOL);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return empty;
  }

  void open() throws Exception {
    open(device);
  }

  /** Goes on with a copy of the device. */
  void open(PagedDevice copy) throws Exception {
    driver = EngineVolumeDriver.open(copy, Clock.systemUTC(), 4 << 20, vault);
  }

  /** Makes a volume with a key; its first block begins with that number. */
  void create(VolumeName name, int content) throws Exception {
    driver.createEncrypted(name, 1 << 20, BLOCK);
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, content);
      BlockingIo.write(volume, 0, block, Durability.DURABLE);
    }
  }

  int read(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
      BlockingIo.read(volume, 0, block);
      return block.getInt(0);
    }
  }

  /** Erases a volume; nothing is read back. */
  EraseReport erase(VolumeName name, EraseMethod method) throws Exception {
    return driver
        .erase(name, new EraseRequest(method, false))
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  /** Destroys the key of a volume; no copy of its record is left. */
  void eraseByKey(VolumeName name) throws Exception {
    byte[] key = RawBytes.ofKey(device, name);
    EraseReport ignored = erase(name, EraseMethod.CRYPTO);
    requireNowhere(key);
  }

  void requireNowhere(byte[] gone) throws Exception {
    assertThat(RawBytes.occurrences(device, gone)).isZero();
  }

  /** Where both copies begin of the page that has the records. */
  List<Long> recordPages() {
    List<Long> pages = KeyRecords.pages(device).stream().map(page -> (long) page * BLOCK).toList();
    assertThat(pages).hasSize(2);
    return pages;
  }

  /** As a crash left the device when the records in these pages were of these epochs. */
  PagedDevice crashedWith(List<Long> pages, List<Long> epochs) throws Exception {
    RecordingDevice.Crashes crashes = device.crashes();
    while (crashes.advance()) {
      PagedDevice image = crashes.image(new Random(1), 1);
      if (pages.stream().map(page -> epoch(image, page)).toList().equals(epochs)) {
        return image;
      }
    }
    throw new AssertionError("the pages were never of the epochs " + epochs);
  }

  /** Of the first record in a page. */
  static long epoch(PagedDevice device, long page) {
    return ByteBuffer.wrap(device.page((int) (page / BLOCK)))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong(EPOCH_OFFSET);
  }

  byte[] pageAt(long offset) {
    return device.page((int) (offset / BLOCK)).clone();
  }

  byte[] recordAt(long offset) {
    int in = (int) (offset % BLOCK);
    return Arrays.copyOfRange(pageAt(offset), in, in + KeySlot.BYTES);
  }

  void put(long offset, byte[] bytes) {
    device.put(offset, bytes, 0, bytes.length);
  }
}
