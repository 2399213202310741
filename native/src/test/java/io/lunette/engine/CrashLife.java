/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.CrashModel.Content;
import io.lunette.engine.CrashModel.Found;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.key.MemoryVault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One seeded life of a small pool: random operations on several volumes, each told to the model
 * before and after. Ends after so many steps, or at the first operation that fails. Of some lives
 * the volumes have logical blocks of 4096 bytes, on a device that tears nothing smaller; in some
 * the device is not known to write durably.
 */
final class CrashLife {

  static final long POOL_BYTES = 16L << 20;
  static final int MAGIC = 0x5EC2E7A9;
  static final int JOURNAL_EXTENTS = 8;
  private static final long ERASE_NANOS = TimeUnit.SECONDS.toNanos(60);

  final RecordingDevice device;
  final CrashModel model;

  /** Key-encryption keys; of a life in three every volume has a key. */
  final RecordingVault vault;

  final UUID pool;

  /** The life whose crash left what this one begins with, or null. */
  final CrashLife before;

  private final boolean keyed;

  private final Random random;
  private final long cacheBytes;

  private LifeBooks books;

  /** Made when it is asked for first. */
  private StampTraces traces;

  CrashLife(long seed) throws IOException {
    this.before = null;
    this.random = new Random(seed);
    this.cacheBytes = seed % 2 == 0 ? 8 << 20 : 32 << 10;
    PagedDevice empty = new PagedDevice(POOL_BYTES);
    this.pool = poolOf(seed);
    format(empty, seed);
    boolean isWide = seed % 5 == 2;
    int block = isWide ? PoolLayout.BLOCK_BYTES : CrashModel.SECTOR;
    this.model = new CrashModel(block);
    this.device =
        new RecordingDevice(empty, new RecordingDevice.Kind(seed % 4 != 3, block, seed % 5 != 3));
    this.keyed = seed % 3 == 0;
    this.vault = new RecordingVault(device::calls);
  }

  /** A life on what a restart has made of the crash of another. */
  CrashLife(CrashLife before, int crash, Recovered left) {
    this.before = before;
    this.random = new Random(crash);
    this.cacheBytes = before.cacheBytes;
    this.pool = before.pool;
    this.keyed = before.keyed;
    Map<String, Content> volumes = new TreeMap<>();
    left.found.forEach((name, found) -> volumes.put(name, before.contentOf(name, found)));
    this.model = new CrashModel(before.model, crash, volumes);
    this.device = new RecordingDevice(left.image, before.device.kind());
    this.vault = new RecordingVault(device::calls, left.vault);
  }

  /**
   * What a restart has made of a crash.
   *
   * @param found what the volumes hold
   */
  record Recovered(PagedDevice image, MemoryVault vault, Map<String, Found> found) {}

  /** Of one that is being erased, what it will hold. */
  private Content contentOf(String name, Found found) {
    int[] origin = books.origins.getOrDefault(name, new int[0]);
    int sectors = Math.toIntExact(found.sizeBytes() / CrashModel.SECTOR);
    return found.erasing()
        ? new Content(false, true, Arrays.copyOf(origin, sectors))
        : new Content(found.sealed(), false, found.stamps());
  }

  private static UUID poolOf(long seed) {
    return new UUID(7, seed);
  }

  /** A pool with a journal so short that its end comes round many times in one life. */
  static void format(RawDevice device, long seed) throws IOException {
    ByteBuffer page = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    for (long generation = 1; generation <= 2; generation++) {
      new Superblock(
              poolOf(seed),
              generation,
              POOL_BYTES,
              PoolLayout.JOURNAL_EXTENT,
              JOURNAL_EXTENTS,
              0,
              1,
              true,
              new EnumMap<>(io.lunette.engine.format.TreeKey.Kind.class))
          .encode(page);
      device.write(Superblock.offsetFor(generation), page);
    }
    device.flush();
  }

  /** By what the stamps of the life, which has ended, are found on the device. */
  StampTraces traces() {
    if (!keyed) {
      return StampTraces.IN_THE_CLEAR;
    }
    if (traces == null) {
      traces = StampTraces.of(this);
    }
    return traces;
  }

  /** Lives; returns why it ended early, or null. */
  Exception live(int steps) throws VolumeException {
    EngineVolumeDriver driver;
    try {
      driver = EngineVolumeDriver.open(device, Clock.systemUTC(), cacheBytes, vault);
      driver.encryptNewVolumes(keyed);
    } catch (VolumeException e) {
      return e;
    }
    books = new LifeBooks(driver, device, model, random);
    LifeData data = new LifeData(books);
    LifeControl control = new LifeControl(books, keyed);
    try {
      if (before != null) {
        books.goOnFrom(before.books);
        requireKeys(driver);
        endErases(driver);
      }
      for (int step = 0; step < steps; step++) {
        step(data, control);
      }
      return null;
    } catch (VolumeException | BlockException | ExecutionException e) {
      return e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      driver.abandon();
    }
  }

  private static void requireKeys(EngineVolumeDriver driver) {
    driver
        .keyTrouble()
        .ifPresent(
            why -> {
              throw new IllegalStateException("no key is made any more: " + why);
            });
  }

  /** What the crash cut short goes on by itself, and ends as it would have. */
  private void endErases(EngineVolumeDriver driver) throws VolumeException, BlockException {
    long start = System.nanoTime();
    while (driver.list().stream().anyMatch(info -> info.state() == VolumeState.ERASING)) {
      LockSupport.parkNanos(100_000);
      if (System.nanoTime() - start > ERASE_NANOS) {
        throw new IllegalStateException("an erase does not end: " + driver.list());
      }
    }
    CrashVerdict.read(driver)
        .forEach(
            (name, found) -> {
              Content content = model.now.get(name);
              if (found.erasing() || !Arrays.equals(found.stamps(), content.stamps())) {
                throw new IllegalStateException("the erase of " + name + " went wrong: " + found);
              }
              model.now.put(name, new Content(found.sealed(), false, content.stamps()));
              // Of one by key the data may be scrubbed later.
              if (content.erasing() && !keyed) {
                books.forgetBefore(name);
              }
            });
    model.acknowledge("the end of the erases", 0, device.calls());
  }

  private void step(LifeData data, LifeControl control) throws Exception {
    int kind = random.nextInt(100);
    if (model.now.isEmpty() || kind < 4) {
      control.create();
    } else if (kind < 50) {
      data.write();
    } else if (kind < 62) {
      data.zero();
    } else if (kind < 70) {
      data.flush();
    } else if (kind < 72 && keyed && random.nextBoolean()) {
      data.cryptoErase();
    } else if (kind < 72) {
      data.purge();
    } else if (kind < 77) {
      control.snapshot();
    } else if (kind < 83) {
      control.cloneOne();
    } else if (kind < 86) {
      control.rollback();
    } else if (kind < 91) {
      control.delete();
    } else if (kind < 94) {
      control.resize();
    } else if (kind < 98) {
      control.erase();
    } else {
      control.seal();
    }
  }
}
