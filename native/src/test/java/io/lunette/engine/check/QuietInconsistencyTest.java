/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import static io.lunette.engine.check.OnDisk.GLOBALS;
import static io.lunette.engine.check.OnDisk.LAYERS;
import static io.lunette.engine.check.OnDisk.LAYER_STATE;
import static io.lunette.engine.check.OnDisk.LAYER_VOLUME;
import static io.lunette.engine.check.OnDisk.SPACE;
import static io.lunette.engine.check.OnDisk.VOLUMES;
import static io.lunette.engine.check.OnDisk.VOLUME_ERASE_TERMS;
import static io.lunette.engine.check.OnDisk.VOLUME_STATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.RawBytes;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.VolumeSlot;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is wrong with a pool that opens nevertheless and would harm somebody later: the check says
 * so, and the repair takes the safe side.
 */
class QuietInconsistencyTest {

  private static final VolumeName CLONE = new VolumeName("clone");

  @TempDir Path directory;

  private PoolAtRest pool;
  private PoolDump.VolumeView clone;

  @BeforeEach
  void workOnAPool() throws Exception {
    pool = PoolAtRest.create(directory.resolve("pool"));
    pool.work();
    clone = pool.volume("clone");
  }

  @Test
  void aVolumeWhoseLayerAnotherIsSaidToHaveWritten() throws Exception {
    setLayer(LAYER_VOLUME, 77);

    assertLine(
        "volume clone (%d): its layer %d is noted as written by volume 77"
            .formatted(clone.id(), clone.layer()));

    assertMended();
    try (EngineVolumeDriver driver = open()) {
      driver.delete(new VolumeName("snapshot"));
      erase(driver);
    }
    assertThat(PoolCheck.check(pool.file(), true).problems()).isEmpty();
  }

  @Test
  void anEraseThatHasNothingLeftToErase() throws Exception {
    setVolume(VOLUME_STATE, VolumeSlot.State.ERASING.ordinal());

    assertLine(
        "volume clone (%d): is ERASING, but nothing that it gave up is left to be erased"
            .formatted(clone.id()));

    assertMended();
    assertQuarantinedAndErasableAnew();
  }

  @Test
  void anEraseByAMethodThatNobodyKnows() throws Exception {
    setVolume(VOLUME_STATE, VolumeSlot.State.ERASING.ordinal());
    setVolume(VOLUME_ERASE_TERMS, 9);

    assertLine("volume clone (%d): its erase has the unknown method 9".formatted(clone.id()));

    assertMended();
    assertQuarantinedAndErasableAnew();
  }

  @Test
  void bitsThatMeanNothing() throws Exception {
    pool.rewriteWord(pool.newestLeaf(GLOBALS, 0), 2, 5);
    setLayer(10, 5);
    setLayer(LAYER_STATE, LayerSlot.State.WRITABLE.ordinal() | 1 << 11);
    setVolume(34, 5);
    setVolume(VOLUME_ERASE_TERMS, 1 << 11);

    assertThat(lines(false))
        .containsExactlyInAnyOrder(
            "word 2 of GLOBALS: has bits that mean nothing and must be zero",
            stray(10, clone.layer(), "LAYERS"),
            stray(LAYER_STATE, clone.layer(), "LAYERS"),
            stray(34, clone.id(), "VOLUMES"),
            stray(VOLUME_ERASE_TERMS, clone.id(), "VOLUMES"));
    assertMended();
  }

  @Test
  void extentsThatAreCalledCleanAndAreNotZero() throws Exception {
    long extent = firstClean();
    write(extent, 4097, "what a tenant wrote");
    write(extent + 1, 0, "and more of it");
    write(extent + 5, PoolLayout.EXTENT_BYTES - 4, "tail");

    assertThat(lines(false)).isEmpty();
    assertThat(lines(true))
        .containsExactly(
            "extents %d to %d (2) at byte %d: CLEAN, but not zero"
                .formatted(extent, extent + 1, extent * PoolLayout.EXTENT_BYTES),
            "extent %d at byte %d: CLEAN, but not zero"
                .formatted(extent + 5, (extent + 5) * PoolLayout.EXTENT_BYTES));

    PoolRepair.Outcome outcome = PoolRepair.repair(pool.file(), true, Set.of());

    assertThat(outcome.report().problems()).isEmpty();
    assertThat(outcome.report().usage().dirty()).isGreaterThanOrEqualTo(3);
    assertThat(RawBytes.occurrences(pool.file(), text("what a tenant wrote"))).isEqualTo(1);
    open().close();
    assertThat(lines(true)).isEmpty();
    assertThat(RawBytes.occurrences(pool.file(), text("what a tenant wrote"))).isZero();
  }

  private void assertQuarantinedAndErasableAnew() throws Exception {
    try (EngineVolumeDriver driver = open()) {
      VolumeInfo info = driver.find(CLONE).orElseThrow();
      assertThat(info.state()).isEqualTo(VolumeState.QUARANTINED);
      driver.delete(new VolumeName("snapshot"));
      erase(driver);
      assertThat(driver.find(CLONE).orElseThrow().state()).isEqualTo(VolumeState.WRITABLE);
    }
    assertThat(PoolCheck.check(pool.file(), true).problems()).isEmpty();
  }

  /** Where nothing else holds what the volume wrote. */
  private void erase(EngineVolumeDriver driver) throws Exception {
    assertThat(pool.blocksOf(CLONE)).isPositive();
    driver
        .erase(CLONE, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
    assertThat(pool.blocksOf(CLONE)).isZero();
  }

  private void assertLine(String line) throws Exception {
    assertThat(lines(false)).containsExactly(line);
  }

  private List<String> lines(boolean deep) throws Exception {
    return PoolCheck.check(pool.file(), deep).problems().stream()
        .map(PoolProblem::toString)
        .toList();
  }

  private void assertMended() throws Exception {
    assertThat(PoolRepair.repair(pool.file()).fixed()).isNotEmpty();
    assertThat(lines(false)).isEmpty();
  }

  private static String stray(int word, long slot, String tree) {
    return "word %d of slot %d of %s: has bits that mean nothing and must be zero"
        .formatted(word, slot, tree);
  }

  private long firstClean() throws Exception {
    PoolAtRest.Page space = pool.newestLeaf(SPACE, 0);
    int word = 30;
    assertThat(pool.word(space, word)).isZero();
    return word * 64L;
  }

  private void write(long extent, int at, String text) throws Exception {
    try (RandomAccessFile open = new RandomAccessFile(pool.file().toFile(), "rw")) {
      open.seek(extent * PoolLayout.EXTENT_BYTES + at);
      open.write(text(text));
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void setVolume(int word, long value) throws Exception {
    pool.rewriteWord(pool.newestLeaf(VOLUMES, 0), (int) VolumeSlot.index(clone.id()) + word, value);
  }

  private void setLayer(int word, long value) throws Exception {
    pool.rewriteWord(
        pool.newestLeaf(LAYERS, 0), (int) LayerSlot.index(clone.layer()) + word, value);
  }

  private EngineVolumeDriver open() throws Exception {
    return EngineVolumeDriver.open(pool.file(), Clock.systemUTC());
  }
}
