/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Random operations on two clones of one image, a crash at a random call of the device, and then
 * the device's word against a plain model: flushed bytes are there, unflushed blocks are old or new
 * and never torn, the image is untouched, and an erase leaves nothing behind. A failure names its
 * seed.
 */
class EngineCrashTest {

  private static final int RUNS = 40;
  private static final long POOL_BYTES = 64L << 20;
  private static final int SLOTS = 96;
  private static final int SLOT_BYTES = 4096;
  private static final int SLOT_STRIDE = 20_480;
  private static final long VOLUME_BYTES = 4L << 20;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final List<VolumeName> CLONES =
      List.of(new VolumeName("clone-a"), new VolumeName("clone-b"));
  private static final String MARK = "tenant-bytes:";

  @Test
  void everyCrashLeavesWhatWasFlushedAndNothingThatWasErased() throws Exception {
    for (int seed = 0; seed < RUNS; seed++) {
      new Run(seed).play();
    }
  }

  /** One seeded life of a pool: work, death, recovery, comparison, erase. */
  private static final class Run {

    private final long seed;
    private final Random random;

    /** Content of each slot as of the last flush that was acknowledged; 0 is the image's. */
    private final int[][] flushed = new int[2][SLOTS];

    /** Everything that was written to a slot since, in order; -1 is a discard. */
    private final List<List<List<Integer>>> since;

    private int version;

    Run(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.since = List.of(emptyLists(), emptyLists());
    }

    private static List<List<Integer>> emptyLists() {
      List<List<Integer>> lists = new ArrayList<>();
      for (int slot = 0; slot < SLOTS; slot++) {
        lists.add(new ArrayList<>());
      }
      return lists;
    }

    void play() throws Exception {
      SimulatedDevice device = new SimulatedDevice(POOL_BYTES);
      PoolState.format(device, new UUID(7, seed));
      EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), cacheBytes());
      driver.create(IMAGE, VOLUME_BYTES);
      try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
        for (int slot = 0; slot < SLOTS; slot += 2) {
          BlockingIo.write(
              image, (long) slot * SLOT_STRIDE, content("image", slot), Durability.VISIBLE);
        }
      }
      driver.seal(IMAGE);
      driver.clone(IMAGE, CLONES);
      device.dieAfter(1 + random.nextInt(400));
      try {
        work(driver);
      } catch (BlockException | VolumeException e) {
        assertThat(device.isDead()).as("seed %d: %s", seed, e.getMessage()).isTrue();
      }
      device.die();
      driver.abandon();

      SimulatedDevice back = device.afterDeath(random);
      requireSound(back, "after the crash");
      EngineVolumeDriver recovered = EngineVolumeDriver.open(back, Clock.systemUTC(), cacheBytes());
      compare(recovered);
      for (VolumeName clone : CLONES) {
        recovered
            .erase(clone, EraseRequest.zeroFillVerified())
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
      }
      recovered.close();
      requireSound(back, "after the erase");
      assertThat(back.contains(MARK.getBytes(StandardCharsets.US_ASCII)))
          .as("seed %d: tenant's bytes are on the device after the erase", seed)
          .isFalse();
    }

    /** Every other life has next to no memory for pages, so that they come and go all the time. */
    private long cacheBytes() {
      return seed % 2 == 0 ? 8 << 20 : 32 << 10;
    }

    private void requireSound(SimulatedDevice device, String when) throws Exception {
      assertThat(PoolCheck.check(device).problems()).as("seed %d: %s", seed, when).isEmpty();
    }

    private void work(EngineVolumeDriver driver) throws BlockException, VolumeException {
      BlockDevice[] devices = new BlockDevice[2];
      for (int i = 0; i < 2; i++) {
        devices[i] = driver.open(CLONES.get(i), AccessMode.READ_WRITE);
      }
      for (int step = 0; step < 600; step++) {
        int volume = random.nextInt(2);
        int slot = random.nextInt(SLOTS);
        int kind = random.nextInt(12);
        if (kind < 8) {
          int now = ++version;
          since.get(volume).get(slot).add(now);
          BlockingIo.write(
              devices[volume],
              (long) slot * SLOT_STRIDE,
              content(MARK + CLONES.get(volume), now),
              Durability.VISIBLE);
        } else if (kind < 10) {
          since.get(volume).get(slot).add(-1);
          BlockingIo.writeZeroes(
              devices[volume],
              (long) slot * SLOT_STRIDE,
              SLOT_BYTES,
              Provisioning.MAY_RELEASE,
              Durability.VISIBLE);
        } else {
          BlockingIo.flush(devices[volume]);
          acknowledge();
        }
      }
    }

    /** A flush of one volume commits the pool. */
    private void acknowledge() {
      for (int volume = 0; volume < 2; volume++) {
        for (int slot = 0; slot < SLOTS; slot++) {
          List<Integer> versions = since.get(volume).get(slot);
          if (!versions.isEmpty()) {
            flushed[volume][slot] = versions.get(versions.size() - 1);
            versions.clear();
          }
        }
      }
    }

    private void compare(EngineVolumeDriver driver) throws Exception {
      try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_ONLY)) {
        for (int slot = 0; slot < SLOTS; slot += 2) {
          assertThat(sectors(image, slot))
              .as("seed %d: image", seed)
              .containsOnly(sector("image", slot));
        }
      }
      for (int volume = 0; volume < 2; volume++) {
        try (BlockDevice device = driver.open(CLONES.get(volume), AccessMode.READ_ONLY)) {
          for (int slot = 0; slot < SLOTS; slot++) {
            List<String> legal = new ArrayList<>();
            legal.add(expected(volume, slot, flushed[volume][slot]));
            for (int later : since.get(volume).get(slot)) {
              legal.add(expected(volume, slot, later));
            }
            assertThat(sectors(device, slot))
                .as("seed %d: volume %d slot %d", seed, volume, slot)
                .isSubsetOf(legal);
          }
        }
      }
    }

    private String expected(int volume, int slot, int written) {
      if (written > 0) {
        return sector(MARK + CLONES.get(volume), written);
      }
      return written < 0 || slot % 2 != 0 ? "" : sector("image", slot);
    }

    private static List<String> sectors(BlockDevice device, int slot) throws BlockException {
      ByteBuffer bytes = ByteBuffer.allocateDirect(SLOT_BYTES);
      BlockingIo.read(device, (long) slot * SLOT_STRIDE, bytes);
      List<String> texts = new ArrayList<>();
      for (int at = 0; at < SLOT_BYTES; at += 512) {
        byte[] sector = new byte[512];
        bytes.get(at, sector);
        texts.add(new String(sector, StandardCharsets.US_ASCII).replace("\0", ""));
      }
      return texts;
    }

    private static String sector(String who, int what) {
      return who + "#" + what;
    }

    private static ByteBuffer content(String who, int what) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(SLOT_BYTES);
      for (int at = 0; at < SLOT_BYTES; at += 512) {
        bytes.put(at, sector(who, what).getBytes(StandardCharsets.US_ASCII));
      }
      return bytes;
    }
  }
}
