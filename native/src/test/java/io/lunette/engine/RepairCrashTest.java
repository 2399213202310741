/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.CrashModel.Found;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolProblem;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A repair that a power cut ends at any call, with what it had not flushed lost, torn, reordered,
 * or neither old nor new: the next one, or the next opening, finds all that the first one would
 * have left.
 */
class RepairCrashTest {

  private static final int EXTENT = PoolLayout.EXTENT_BYTES;
  private static final long CACHE_BYTES = 4 << 20;
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName CLONE = new VolumeName("clone");
  private static final double[] KEPT = {0, 0.5, 1};
  private static final List<Integer> PAGES =
      IntStream.range(0, (int) (CrashLife.POOL_BYTES / PagedDevice.PAGE)).boxed().toList();

  private final MemoryVault vault = new MemoryVault();
  private PagedDevice device;
  private int lastStamp;
  private int ends;

  private enum Damage {
    A_PAGE_OF_EACH_TREE {
      @Override
      void to(PagedDevice device) {
        for (TreeKey.Kind kind : TreeKey.Kind.values()) {
          int page = TreePages.newestLeaf(device, kind.code());
          long place = kind.ordinal() % 2 == 0 ? page : TreePage.copyOf(page);
          device.flip((place * PagedDevice.PAGE + 70) * Byte.SIZE);
        }
      }
    },
    SPACE_AND_ITS_COPY {
      @Override
      void to(PagedDevice device) {
        TreePages.damage(device, TreePages.newestLeaf(device, TreeKey.Kind.SPACE.code()));
      }
    },
    WHAT_WAS_DROPPED_AND_ITS_COPY {
      @Override
      void to(PagedDevice device) {
        TreePages.damage(device, TreePages.newestLeaf(device, TreePages.DROPPED));
      }
    },
    /** Of no key: both copies of the page are written, which other keys are in. */
    A_RECORD_AND_ITS_COPY {
      @Override
      void to(PagedDevice device) {
        KeyRecords.pages(device).forEach(page -> damageRecord(device, page, 5));
      }
    },
    WHAT_NOTHING_MENDS_AND_THE_REST {
      @Override
      void to(PagedDevice device) {
        TreePages.damage(device, TreePages.newestLeaf(device, TreeKey.Kind.MAP.code()));
        damageRecord(device, KeyRecords.pages(device).get(0), 0);
        long page = TreePages.newestLeaf(device, TreeKey.Kind.LAYERS.code());
        device.flip((page * PagedDevice.PAGE + 70) * Byte.SIZE);
      }
    };

    abstract void to(PagedDevice device);

    private static void damageRecord(PagedDevice device, int page, int record) {
      device.flip(
          ((long) page * PagedDevice.PAGE + (long) record * KeySlot.BYTES + 60) * Byte.SIZE);
    }
  }

  @BeforeEach
  void fillAPool() throws Exception {
    device = new PagedDevice(CrashLife.POOL_BYTES);
    CrashLife.format(device, 7);
    try (EngineVolumeDriver driver = open(device)) {
      driver.create(IMAGE, 16 * EXTENT);
      write(driver, IMAGE, 16);
      driver.seal(IMAGE);
      driver.clone(IMAGE, List.of(CLONE));
      write(driver, CLONE, 10);
      for (String keyed : new String[] {"keyed-1", "keyed-2"}) {
        VolumeName name = new VolumeName(keyed);
        driver.createEncrypted(name, 2 * EXTENT, CrashModel.SECTOR);
        write(driver, name, 2);
      }
      boolean isFull = false;
      for (int number = 1; !isFull; number++) {
        VolumeName name = new VolumeName("full-" + number);
        driver.create(name, 16 * EXTENT);
        isFull = write(driver, name, 16) < 16;
      }
      try (BlockDevice volume = driver.open(new VolumeName("full-1"), AccessMode.READ_WRITE)) {
        BlockingIo.discard(volume, 0, 16 * EXTENT);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasSoundOrRepairableIsSoAfterwards(Damage damage) throws Exception {
    damage.to(device);

    requireRepairedAfterCrashes();
  }

  private void requireRepairedAfterCrashes() throws Exception {
    RecordingDevice recording = new RecordingDevice(device);
    PoolRepair.Outcome outcome = PoolRepair.repair(recording);
    assertThat(outcome.fixed()).isNotEmpty();
    List<PoolProblem> left = outcome.report().problems();
    Map<String, Found> contents = left.isEmpty() ? contents(recording.copy()) : Map.of();
    Random coin = new Random(5);
    RecordingDevice.Crashes crashes = recording.crashes();
    while (crashes.advance()) {
      String where = "crash after call " + crashes.at();
      if (crashes.at() == recording.calls()) {
        assertThat(PoolCheck.check(crashes.image(coin, 0)).problems()).as(where).isEqualTo(left);
      }
      if (crashes.isUncertain()) {
        PagedDevice torn = crashes.image(coin, KEPT[coin.nextInt(KEPT.length)]);
        requireRepaired(torn, left, contents, where);
        PagedDevice spoilt = crashes.image(coin, 0.5);
        byte[] neither = EncryptedPool.filled(PagedDevice.PAGE, 0xA5);
        crashes.underWay(PAGES).forEach(at -> spoilt.put(at, neither, 0, neither.length));
        requireRepaired(spoilt, left, contents, where + ", of which nothing is sound");
      }
    }
  }

  private void requireRepaired(
      PagedDevice image, List<PoolProblem> left, Map<String, Found> contents, String where)
      throws Exception {
    if (!PoolCheck.check(image).problems().isEmpty()) {
      List<PoolProblem> problems = PoolRepair.repair(image).report().problems();
      // Beside what nothing mends, what holds nothing may stay as it is.
      assertThat(problems).as(where).filteredOn(p -> !p.isRepairable()).isSubsetOf(left);
      assertThat(problems.isEmpty()).as(where).isEqualTo(left.isEmpty());
    }
    if (left.isEmpty()) {
      assertThat(contents(image)).as(where).usingRecursiveComparison().isEqualTo(contents);
      assertThat(CrashVerdict.ofDevice(image, true)).as(where).isNull();
      if (ends++ % 16 == 0) {
        assertThat(CrashVerdict.ofEnd(image, vault.copy())).as(where).isNull();
      }
    }
  }

  private Map<String, Found> contents(PagedDevice image) throws Exception {
    EngineVolumeDriver driver = open(image);
    try {
      return CrashVerdict.read(driver);
    } finally {
      driver.abandon();
    }
  }

  /** Writes that many extents, or as many as there is space for; returns how many. */
  private int write(EngineVolumeDriver driver, VolumeName name, int extents) throws Exception {
    int sectors = EXTENT / CrashModel.SECTOR;
    try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
      for (int written = 0; written < extents; written++) {
        try {
          ByteBuffer bytes = LifeData.bytes(++lastStamp, sectors);
          BlockingIo.write(volume, (long) written * EXTENT, bytes, Durability.VISIBLE);
        } catch (BlockException e) {
          assertThat(e.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
          return written;
        }
      }
    }
    return extents;
  }

  private EngineVolumeDriver open(PagedDevice image) throws Exception {
    return EngineVolumeDriver.open(image, Clock.systemUTC(), CACHE_BYTES, vault);
  }
}
