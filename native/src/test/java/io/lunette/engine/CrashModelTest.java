/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.lunette.engine.CrashModel.Found;
import io.lunette.engine.check.PoolRepair;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random lives of a pool, each recorded call by call; a crash at every call, with the unflushed
 * sectors lost, torn and reordered; and after each what a restart makes of it against a plain
 * model, and of some the life that goes on from there, to its own crashes: what was acknowledged is
 * there, changes of volumes have happened wholly or not at all, what is CLEAN is zero, what was
 * erased is nowhere, and the check finds nothing.
 *
 * <p>{@link CrashRange} says how many crashes and which lives; seeds of {@link KeptSeeds} go
 * before. A failure names its seed, and what {@link CrashScene} kept of it; the threads of the
 * engine are real, so a seed repeats the operations of a life and not always the order of the calls
 * behind them.
 */
class CrashModelTest {

  private static final Logger LOG = LoggerFactory.getLogger(CrashModelTest.class);
  private static final int STEPS = 120;

  /** Crashes of which one has a life after it, and steps of that. */
  private static final int LIFE_GOES_ON = 600;

  private static final int LATER_STEPS = 40;
  private static final long CACHE_BYTES = 4 << 20;

  /** More than processors: a life waits for its threads most of the time. */
  private static final int THREADS = 4;

  private static final int ERROR_LIVES = 60;
  private static final int FLIP_LIVES = 5;
  private static final int FLIPS = 60;

  /** First words of superblocks, pages of trees and frames of the journal. */
  private static final Set<Integer> METADATA_MAGICS =
      Set.of(text("LUNE"), text("LNPG"), text("LNJF"), text("LNKY"));

  private static final double[] KEPT = {0, 0.5, 0.9, 1};

  @Test
  void aCrashAtAnyCallLeavesWhatTheModelAllows() throws Exception {
    long points = CrashRange.points();
    AtomicLong left = new AtomicLong(points);
    AtomicLong nextSeed = new AtomicLong(CrashRange.firstSeed());
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Long>> ends = new ArrayList<>();
      for (long seed : KeptSeeds.of("crash")) {
        ends.add(threads.submit(() -> crashEverywhere(seed, left)));
      }
      for (int i = 0; i < THREADS; i++) {
        ends.add(
            threads.submit(
                () -> {
                  long later = 0;
                  while (left.get() > 0) {
                    later += crashEverywhere(nextSeed.getAndIncrement(), left);
                  }
                  return later;
                }));
      }
      long later = 0;
      for (Future<Long> end : ends) {
        later += end.get();
      }
      LOG.info(
          "{} crash points of {} lives, and of {} that go on after a crash",
          points - left.get(),
          nextSeed.get() - CrashRange.firstSeed() + KeptSeeds.of("crash").size(),
          later);
      assertThat(later).isGreaterThanOrEqualTo(points / CrashRange.USUAL_POINTS);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anErrorOfAnyCallLeavesWhatTheModelAllows() throws Exception {
    List<Long> seeds = new ArrayList<>(KeptSeeds.of("error"));
    seeds.addAll(CrashRange.seeds(ERROR_LIVES));
    int failed = 0;
    for (long seed : seeds) {
      Random coin = new Random(-seed);
      CrashLife life = new CrashLife(seed);
      long failing = coin.nextLong(callsOf(seed));
      life.device.failAt(failing);
      Exception end = life.live(STEPS);
      if (end != null && !life.device.hasFailed()) {
        throw new AssertionError("seed " + seed + ", error of call " + failing, end);
      }
      failed += life.device.hasFailed() ? 1 : 0;
      RecordingDevice.Crashes crashes = life.device.crashes();
      while (crashes.advance()) {
        if (crashes.at() > life.device.calls() - 6) {
          PagedDevice image = crashes.image(coin, KEPT[coin.nextInt(KEPT.length)]);
          requireSound(life, image, crashes.at(), coin, seed, ", error of call " + failing);
        }
      }
    }
    assertThat(failed).as("lives that met the error").isGreaterThan(seeds.size() * 3 / 4);
  }

  /** About as many as a life of that seed has; its threads make it a few more or less. */
  private static long callsOf(long seed) throws Exception {
    CrashLife life = new CrashLife(seed);
    assertThat(life.live(STEPS)).as("seed %d", seed).isNull();
    return life.device.counted();
  }

  @Test
  void oneBitThatFlipsInTheMetadataIsMadeUpFor() throws Exception {
    for (long seed : CrashRange.seeds(FLIP_LIVES)) {
      CrashLife life = new CrashLife(seed);
      assertThat(life.live(STEPS)).as("seed %d", seed).isNull();
      PagedDevice closed = life.device.copy();
      MemoryVault vault = life.vault.after(Integer.MAX_VALUE, new Random(seed));
      EngineVolumeDriver.open(closed, Clock.systemUTC(), CACHE_BYTES, vault).close();
      Random coin = new Random(seed);
      for (int i = 0; i < FLIPS; i++) {
        PagedDevice flipped = closed.copy();
        int page = metadataPage(closed, coin);
        flipped.flip(((long) page * PagedDevice.PAGE) * 8 + coin.nextInt(PagedDevice.PAGE * 8));
        String where = "seed " + seed + ", flip in page " + page;
        requireAll(life, flipped, Integer.MAX_VALUE - 1, vault.copy(), where);
      }
    }
  }

  @Test
  void pagesThatAreDamagedAtACrashAreMadeUpForByTheirCopies() throws Exception {
    for (long seed : CrashRange.seeds(FLIP_LIVES)) {
      CrashLife life = new CrashLife(seed);
      assertThat(life.live(STEPS)).as("seed %d", seed).isNull();
      Random coin = new Random(seed);
      RecordingDevice.Crashes crashes = life.device.crashes();
      while (crashes.advance()) {
        if (coin.nextInt(12) == 0) {
          PagedDevice image = crashes.image(coin, KEPT[coin.nextInt(KEPT.length)]);
          String where = "seed " + seed + ", crash after call " + crashes.at();
          damageOneOfEachTwo(image, coin);
          if (coin.nextBoolean()) {
            assertThat(PoolRepair.repair(image).report().problems()).as(where).isEmpty();
          }
          requireAll(life, image, crashes.at(), life.vault.after(crashes.at(), coin), where);
        }
      }
    }
  }

  /** A bit of each page of a tree, or of its copy. */
  private static void damageOneOfEachTwo(PagedDevice device, Random coin) {
    int pages = (int) (device.sizeBytes() / PagedDevice.PAGE);
    for (int page = 0; page < pages; page++) {
      int copy = (int) TreePage.copyOf(page);
      if (TreePage.mayHaveCopy(page) && (isTreePage(device, page) || isTreePage(device, copy))) {
        long damaged = coin.nextBoolean() ? page : copy;
        device.flip(damaged * PagedDevice.PAGE * 8 + coin.nextInt(PagedDevice.PAGE * 8));
      }
    }
  }

  private static boolean isTreePage(PagedDevice device, int page) {
    return magic(device, page) == text("LNPG");
  }

  private static void requireAll(
      CrashLife life, PagedDevice device, int call, MemoryVault vault, String where)
      throws Exception {
    EngineVolumeDriver driver =
        EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES, vault);
    try {
      requireNone(life.model.objectionTo(CrashVerdict.read(driver), call), where);
    } finally {
      driver.abandon();
    }
  }

  private static int metadataPage(PagedDevice device, Random coin) {
    while (true) {
      int page = coin.nextInt((int) (device.sizeBytes() / PagedDevice.PAGE));
      if (METADATA_MAGICS.contains(magic(device, page))) {
        return page;
      }
    }
  }

  private static int magic(PagedDevice device, int page) {
    return ByteBuffer.wrap(device.page(page)).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
  }

  /**
   * Crashes at every call, until there have been enough.
   *
   * @return lives that went on after a crash
   */
  private static long crashEverywhere(long seed, AtomicLong left) throws Exception {
    CrashLife life = new CrashLife(seed);
    Exception end = life.live(STEPS);
    if (end != null) {
      throw new AssertionError("seed " + seed, end);
    }
    return crashEverywhere(life, new Random(~seed), seed, "", left);
  }

  /** After some of the crashes life goes on, and crashes everywhere again. */
  private static long crashEverywhere(
      CrashLife life, Random coin, long seed, String before, AtomicLong left) throws Exception {
    long later = 0;
    RecordingDevice.Crashes crashes = life.device.crashes();
    while (crashes.advance() && left.get() > 0) {
      if (crashes.isUncertain() || crashes.at() == life.device.calls()) {
        double kept = KEPT[coin.nextInt(KEPT.length)];
        PagedDevice image = crashes.image(coin, kept);
        CrashLife.Recovered recovered = requireSound(life, image, crashes.at(), coin, seed, before);
        left.decrementAndGet();
        if (coin.nextInt(LIFE_GOES_ON) == 0) {
          String crash = before + ", crash after call " + crashes.at();
          CrashLife next = new CrashLife(life, crashes.at(), recovered);
          goOn(next, seed, crash);
          later += 1 + crashEverywhere(next, coin, seed, crash, left);
        }
      }
    }
    return later;
  }

  private static void goOn(CrashLife life, long seed, String crash) throws Exception {
    PagedDevice before = life.device.copy();
    Exception end;
    try {
      end = life.live(LATER_STEPS);
    } catch (RuntimeException e) {
      end = e;
    }
    if (end != null) {
      Path kept = CrashScene.keep(seed, life.device, before, 0);
      throw new AssertionError("seed " + seed + crash + ", the life on, kept in " + kept, end);
    }
  }

  private static CrashLife.Recovered requireSound(
      CrashLife life, PagedDevice image, int call, Random coin, long seed, String before)
      throws Exception {
    PagedDevice untouched = image.copy();
    String where = "seed " + seed + before + ", crash after call " + call;
    try {
      return requireSound(life, image, call, coin, where);
    } catch (Exception | AssertionError e) {
      Path kept = CrashScene.keep(seed, life.device, untouched, call);
      throw new AssertionError(where + ", kept in " + kept + ": " + e.getMessage(), e);
    }
  }

  private static CrashLife.Recovered requireSound(
      CrashLife life, PagedDevice crashed, int call, Random coin, String crash) throws Exception {
    PagedDevice image = crashed;
    String where = crash;
    String fault = CrashVerdict.ofDevice(image, life.traces(), false);
    if (fault == null) {
      fault = CrashVerdict.ofErased(image, life, call);
    }
    requireNone(fault, where + ", before the restart");
    MemoryVault vault = life.vault.after(call, coin);
    if (coin.nextInt(8) == 0) {
      CrashedPool again = crashAgain(image, life.device.kind(), vault, coin);
      image = again.image;
      vault = again.vault;
      where += ", and one in the recovery";
      requireNone(CrashVerdict.ofDevice(image, life.traces(), false), where);
    }
    EngineVolumeDriver driver =
        EngineVolumeDriver.open(image, Clock.systemUTC(), CACHE_BYTES, vault);
    Map<String, Found> found;
    try {
      requireNone(driver.keyTrouble().orElse(null), where + ", its keys");
      found = CrashVerdict.read(driver);
      String objection = life.model.objectionTo(found, call);
      if (objection != null) {
        fail(where + ": " + objection + life.model.around(call) + life.device.around(call));
      }
    } finally {
      driver.abandon();
    }
    requireNone(CrashVerdict.ofDevice(image, true), where + ", after the restart");
    if (coin.nextInt(32) == 0) {
      requireNone(CrashVerdict.ofSpace(image, vault), where + ", its space");
      requireNone(
          CrashVerdict.ofEnd(image, life.traces(), vault),
          where + ", after the end of all volumes");
      found = Map.of();
    }
    return new CrashLife.Recovered(image, vault, found);
  }

  private record CrashedPool(PagedDevice image, MemoryVault vault) {}

  private static CrashedPool crashAgain(
      PagedDevice image, RecordingDevice.Kind kind, MemoryVault before, Random coin)
      throws Exception {
    RecordingDevice recording = new RecordingDevice(image, kind);
    RecordingVault vault = new RecordingVault(recording::calls, before);
    EngineVolumeDriver.open(recording, Clock.systemUTC(), CACHE_BYTES, vault).abandon();
    RecordingDevice.Crashes crashes = recording.crashes();
    int last = coin.nextInt(recording.calls());
    while (crashes.at() <= last && crashes.advance()) {
      assertThat(crashes.at()).isPositive();
    }
    PagedDevice crashed = crashes.image(coin, KEPT[coin.nextInt(KEPT.length)]);
    return new CrashedPool(crashed, vault.after(crashes.at(), coin));
  }

  private static int text(String magic) {
    byte[] bytes = magic.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  private static void requireNone(String fault, String where) {
    if (fault != null) {
      fail(where + ": " + fault);
    }
  }
}
