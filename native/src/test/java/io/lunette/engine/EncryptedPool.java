/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A pool in memory whose volumes may have keys, and a place for the key that wraps them. */
final class EncryptedPool {

  static final int EXTENT = 64 * 1024;
  static final int BLOCK = 4096;
  static final int SECTOR = 512;
  static final int SIZE = 6 * EXTENT;
  static final UUID POOL = new UUID(7, 7);
  static final VolumeName IMAGE = new VolumeName("image");
  static final VolumeName CLONE = new VolumeName("clone");
  static final VolumeName OTHER = new VolumeName("other");

  final PagedDevice device = new PagedDevice(64L << 20);
  final MemoryVault vault = new MemoryVault();
  EngineVolumeDriver driver;

  EncryptedPool() throws Exception {
    PoolState.format(device, POOL);
    open(vault);
  }

  void open(KeyVault keys) throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20, keys);
  }

  void reopen(KeyVault keys) throws Exception {
    driver.close();
    open(keys);
  }

  void makeImage(byte[] content, boolean encrypted) throws Exception {
    if (encrypted) {
      driver.createEncrypted(IMAGE, content.length, SECTOR);
    } else {
      driver.create(IMAGE, content.length);
    }
    write(IMAGE, 0, content);
    driver.seal(IMAGE);
  }

  /** Random writes, discards and zeroes, which {@code expected} follows. */
  void change(VolumeName name, byte[] expected, int seed) throws Exception {
    Random random = new Random(seed);
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      for (int step = 1; step <= 300; step++) {
        int from = random.nextInt(SIZE / SECTOR) * SECTOR;
        int length = Math.min(SIZE - from, (1 + random.nextInt(150)) * SECTOR);
        byte[] written = new byte[length];
        int kind = random.nextInt(4);
        if (kind < 2) {
          random.nextBytes(written);
          Durability durability = kind == 0 ? Durability.DURABLE : Durability.VISIBLE;
          ByteBuffer source = direct(written);
          if (step % 5 == 0) {
            BlockingIo.writeAtomic(volume, from, source, durability);
          } else {
            BlockingIo.write(volume, from, source, durability);
          }
          assertThat(source.rewind()).as("the caller's buffer").isEqualTo(direct(written));
        } else if (kind == 2) {
          BlockingIo.discard(volume, from, length);
        } else {
          BlockingIo.writeZeroes(volume, from, length, Provisioning.KEEP, Durability.VISIBLE);
        }
        System.arraycopy(written, 0, expected, from, length);
        assertThat(bytes(volume, from, length)).isEqualTo(written);
      }
    }
  }

  void write(VolumeName name, long offset, byte[] content) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      BlockingIo.write(volume, offset, direct(content), Durability.VISIBLE);
    }
  }

  /** Destroys the key of a volume, and more if what is left is to be verified. */
  EraseReport eraseByKey(VolumeName name, boolean verify) throws Exception {
    return driver
        .erase(name, new EraseRequest(EraseMethod.CRYPTO, verify))
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  /** The records of keys on the device. */
  List<KeySlot> keyRecords() throws Exception {
    return KeyRecords.of(device, POOL);
  }

  /** What a report calls the keys that have a record. */
  List<String> keys() throws Exception {
    return keyRecords().stream().map(record -> Long.toHexString(record.id())).toList();
  }

  /** The first block of a volume as it lies on the device, where it is to be found. */
  byte[] enciphered(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      BlockingIo.flush(volume);
    }
    byte[] block = RawBytes.ofFirstBlock(device, name);
    assertThat(RawBytes.occurrences(device, block)).isPositive();
    return block;
  }

  byte[] read(VolumeName name) throws Exception {
    try (BlockDevice volume = driver.open(name, AccessMode.READ_ONLY)) {
      return bytes(volume, 0, (int) driver.find(name).orElseThrow().sizeBytes());
    }
  }

  static byte[] bytes(BlockDevice volume, long offset, int length) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(length);
    BlockingIo.read(volume, offset, buffer);
    byte[] content = new byte[length];
    buffer.get(0, content);
    return content;
  }

  static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  static byte[] noise(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static ByteBuffer direct(byte[] content) {
    return ByteBuffer.allocateDirect(content.length).put(content).flip();
  }

  interface Condition {
    boolean holds() throws Exception;
  }

  static void awaitTrue(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  void close() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }
}
