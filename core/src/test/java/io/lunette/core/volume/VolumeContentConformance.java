/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import static io.lunette.core.volume.DeviceContent.pattern;
import static io.lunette.core.volume.DriverFixture.assertBlockRefused;
import static io.lunette.core.volume.DriverFixture.assertRefused;
import static io.lunette.core.volume.DriverFixture.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What volumes read as: isolation of clones, zeroes, snapshots, sizes, concurrency. */
interface VolumeContentConformance extends DriverFixture {

  /** Length of most transfers: several extents of the native engine, not aligned to one. */
  int LENGTH = 200 * 1024;

  @Test
  default void newVolumeReadsAsZeroes() throws Exception {
    driver().create(name("a"), SIZE);

    assertThat(content("a", 0, (int) SIZE)).containsOnly(0);
  }

  @Test
  default void bytesAreReadBackBeforeAndAfterReopening() throws Exception {
    byte[] bytes = pattern(LENGTH, 1);
    driver().create(name("a"), SIZE);
    DeviceContent.write(driver(), name("a"), 12 * 1024, bytes);

    assertThat(content("a", 12 * 1024, LENGTH)).isEqualTo(bytes);
    reopen();
    assertThat(content("a", 12 * 1024, LENGTH)).isEqualTo(bytes);
    assertThat(content("a", 0, 12 * 1024)).containsOnly(0);
  }

  @Test
  default void theLogicalBlockStaysWithTheContent() throws Exception {
    assumeTrue(driver().capabilities().blockBytes().contains(4096));
    VolumeInfo made = driver().create(name("a"), SIZE, 4096);
    driver().seal(name("a"));
    driver().clone(name("a"), List.of(name("clone")));
    driver().snapshot(name("clone"), name("snapshot"));

    reopen();

    assertThat(made.blockBytes()).isEqualTo(4096);
    for (String each : List.of("a", "clone", "snapshot")) {
      assertThat(driver().find(name(each)).orElseThrow().blockBytes()).isEqualTo(4096);
      try (BlockDevice device = driver().open(name(each), AccessMode.READ_ONLY)) {
        assertThat(device.geometry().logicalBlockBytes()).isEqualTo(4096);
        assertBlockRefused(
            BlockException.Kind.OUT_OF_RANGE, () -> DeviceContent.read(device, 0, 512));
      }
    }
    driver().create(name("b"), SIZE);
    try (BlockDevice device = driver().open(name("b"), AccessMode.READ_ONLY)) {
      assertThat(device.geometry().logicalBlockBytes()).isEqualTo(512);
      assertThat(DeviceContent.read(device, 512, 512)).containsOnly(0);
    }
  }

  @Test
  default void aVolumeOfAnotherLogicalBlockIsAConflict() throws Exception {
    assumeTrue(driver().capabilities().blockBytes().contains(4096));
    driver().create(name("a"), SIZE, 4096);

    assertThat(driver().create(name("a"), SIZE, 4096).blockBytes()).isEqualTo(4096);
    assertRefused(VolumeException.Kind.CONFLICT, () -> driver().create(name("a"), SIZE));
    assertRefused(VolumeException.Kind.INVALID, () -> driver().create(name("b"), SIZE, 1024));
  }

  @Test
  default void openDevicesOfOneVolumeAreCoherent() throws Exception {
    byte[] bytes = pattern(4096, 2);
    driver().create(name("a"), SIZE);

    try (BlockDevice one = driver().open(name("a"), AccessMode.READ_WRITE);
        BlockDevice two = driver().open(name("a"), AccessMode.READ_ONLY)) {
      DeviceContent.write(one, 8192, bytes);

      assertThat(DeviceContent.read(two, 8192, 4096)).isEqualTo(bytes);
      assertBlockRefused(
          BlockException.Kind.READ_ONLY, () -> DeviceContent.write(two, 8192, bytes));
    }
  }

  @Test
  default void sealTurnsAnOpenDeviceReadOnlyAndKeepsItsBytes() throws Exception {
    byte[] bytes = pattern(4096, 3);
    driver().create(name("a"), SIZE);

    try (BlockDevice device = driver().open(name("a"), AccessMode.READ_WRITE)) {
      DeviceContent.write(device, 0, bytes);
      driver().seal(name("a"));

      assertBlockRefused(
          BlockException.Kind.READ_ONLY, () -> DeviceContent.write(device, 0, pattern(4096, 4)));
      assertThat(DeviceContent.read(device, 0, 4096)).isEqualTo(bytes);
    }
  }

  @Test
  default void cloneReadsAsItsImageAndKeepsItsWritesToItself() throws Exception {
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b"), name("c")));
    byte[] own = pattern(5 * 4096, 11);

    DeviceContent.write(driver(), name("b"), 3 * 4096, own);

    byte[] expected = golden.clone();
    System.arraycopy(own, 0, expected, 3 * 4096, own.length);
    assertThat(content("b", 0, LENGTH)).isEqualTo(expected);
    assertThat(content("c", 0, LENGTH)).isEqualTo(golden);
    assertThat(content("image", 0, LENGTH)).isEqualTo(golden);
    reopen();
    assertThat(content("b", 0, LENGTH)).isEqualTo(expected);
    assertThat(content("c", 0, LENGTH)).isEqualTo(golden);
  }

  @Test
  default void oneLogicalBlockWrittenToACloneLeavesItsNeighboursAsTheImageHasThem()
      throws Exception {
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b")));
    int block;
    try (BlockDevice device = driver().open(name("b"), AccessMode.READ_WRITE)) {
      block = device.geometry().logicalBlockBytes();
      DeviceContent.write(device, block, pattern(block, 12));
    }

    byte[] expected = golden.clone();
    System.arraycopy(pattern(block, 12), 0, expected, block, block);
    assertThat(content("b", 0, LENGTH)).isEqualTo(expected);
  }

  @Test
  default void cloneOfACloneReadsThroughBoth() throws Exception {
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b")));
    DeviceContent.write(driver(), name("b"), 0, pattern(4096, 13));
    driver().seal(name("b"));
    driver().clone(name("b"), List.of(name("c")));
    DeviceContent.write(driver(), name("c"), 4096, pattern(4096, 14));

    byte[] expected = golden.clone();
    System.arraycopy(pattern(4096, 13), 0, expected, 0, 4096);
    System.arraycopy(pattern(4096, 14), 0, expected, 4096, 4096);
    assertThat(content("c", 0, LENGTH)).isEqualTo(expected);
  }

  @Test
  default void independentCloneReadsAsItsImageAndHasNoOrigin() throws Exception {
    assumeTrue(driver().capabilities().clones().contains(CloneKind.INDEPENDENT));
    byte[] golden = image("image");

    VolumeInfo copy =
        driver()
            .copy(name("image"), name("copy"))
            .result()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
    driver().delete(name("image"));

    assertThat(copy.origin()).isEmpty();
    assertThat(copy.state()).isEqualTo(VolumeState.WRITABLE);
    assertThat(content("copy", 0, LENGTH)).isEqualTo(golden);
  }

  @Test
  default void zeroesWrittenToACloneHideTheImage() throws Exception {
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b")));

    try (BlockDevice device = driver().open(name("b"), AccessMode.READ_WRITE)) {
      for (Provisioning how : Provisioning.values()) {
        long offset = how == Provisioning.KEEP ? 4096 : 80 * 1024;
        BlockingIo.writeZeroes(device, offset, 70 * 1024, how, Durability.DURABLE);
      }
    }

    byte[] expected = golden.clone();
    Arrays.fill(expected, 4096, 4096 + 70 * 1024, (byte) 0);
    Arrays.fill(expected, 80 * 1024, 150 * 1024, (byte) 0);
    reopen();
    assertThat(content("b", 0, LENGTH)).isEqualTo(expected);
    assertThat(content("image", 0, LENGTH)).isEqualTo(golden);
  }

  @Test
  default void discardOnACloneReadsZeroAndNotTheImage() throws Exception {
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b")));
    DeviceContent.write(driver(), name("b"), 0, pattern(8192, 15));

    try (BlockDevice device = driver().open(name("b"), AccessMode.READ_WRITE)) {
      assumeTrue(device.features().discardZeroes());
      BlockingIo.discard(device, 4096, 128 * 1024);
      BlockingIo.flush(device);
    }

    byte[] expected = golden.clone();
    System.arraycopy(pattern(8192, 15), 0, expected, 0, 4096);
    Arrays.fill(expected, 4096, 4096 + 128 * 1024, (byte) 0);
    assertThat(content("b", 0, LENGTH)).isEqualTo(expected);
    reopen();
    assertThat(content("b", 0, LENGTH)).isEqualTo(expected);
  }

  @Test
  default void imageContentLivesInItsClonesAfterTheImageIsDeleted() throws Exception {
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b")));

    driver().delete(name("image"));

    assertThat(driver().find(name("image"))).isEmpty();
    assertThat(content("b", 0, LENGTH)).isEqualTo(golden);
    reopen();
    assertThat(content("b", 0, LENGTH)).isEqualTo(golden);
    driver().create(name("image"), SIZE);
    assertThat(content("image", 0, LENGTH)).containsOnly(0);
  }

  @Test
  default void snapshotKeepsWhatTheVolumeWasAndRollbackBringsItBack() throws Exception {
    assumeTrue(driver().capabilities().snapshots());
    driver().create(name("a"), SIZE);
    DeviceContent.write(driver(), name("a"), 0, pattern(LENGTH, 21));
    driver().snapshot(name("a"), name("a@1"));
    DeviceContent.write(driver(), name("a"), 4096, pattern(LENGTH, 22));

    assertThat(content("a@1", 0, LENGTH)).isEqualTo(pattern(LENGTH, 21));
    driver().rollback(name("a"), name("a@1"));

    assertThat(content("a", 0, LENGTH)).isEqualTo(pattern(LENGTH, 21));
    assertThat(content("a", LENGTH, 8192)).containsOnly(0);
  }

  @Test
  default void rollbackToWhatIsNoSnapshotOfTheVolumeIsInvalid() throws Exception {
    assumeTrue(driver().capabilities().snapshots());
    driver().create(name("a"), SIZE);
    driver().create(name("other"), SIZE);
    driver().snapshot(name("other"), name("other@1"));

    DriverFixture.assertRefused(
        VolumeException.Kind.INVALID, () -> driver().rollback(name("a"), name("other@1")));
  }

  @Test
  default void aBlockThatIsNotOfferedIsUnsupported() throws Exception {
    for (int block : List.of(512, 4096)) {
      if (!driver().capabilities().blockBytes().contains(block)) {
        assertRefused(
            VolumeException.Kind.UNSUPPORTED, () -> driver().create(name("a"), SIZE, block));
      }
    }
    assertThat(driver().find(name("a"))).isEmpty();
  }

  @Test
  default void grownVolumeKeepsItsBytesAndReadsZeroBeyondThem() throws Exception {
    assumeTrue(driver().capabilities().resize());
    byte[] bytes = pattern(LENGTH, 33);
    driver().create(name("a"), SIZE);
    DeviceContent.write(driver(), name("a"), SIZE - LENGTH, bytes);

    VolumeInfo grown = driver().resize(name("a"), 2 * SIZE);

    assertThat(grown.sizeBytes()).isEqualTo(2 * SIZE);
    assertThat(driver().resize(name("a"), 2 * SIZE).uuid()).isEqualTo(grown.uuid());
    reopen();
    assertThat(content("a", SIZE - LENGTH, LENGTH)).isEqualTo(bytes);
    assertThat(content("a", SIZE, (int) SIZE)).containsOnly(0);
  }

  @Test
  default void whatWasCutOffByAResizeNeverShowsAgain() throws Exception {
    assumeTrue(driver().capabilities().shrink());
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b")));
    DeviceContent.write(driver(), name("b"), 128 * 1024, pattern(8192, 31));

    driver().resize(name("b"), 64 * 1024);
    VolumeInfo grown = driver().resize(name("b"), 2 * SIZE);

    assertThat(grown.sizeBytes()).isEqualTo(2 * SIZE);
    assertThat(content("b", 0, 64 * 1024)).isEqualTo(Arrays.copyOf(golden, 64 * 1024));
    assertThat(content("b", 64 * 1024, 1 << 20)).containsOnly(0);
    assertThat(content("b", 2 * SIZE - 4096, 4096)).containsOnly(0);
  }

  @Test
  default void anErasedCloneShowsNothingBehindTheEndOfWhatItWasClonedFrom() throws Exception {
    assumeTrue(driver().capabilities().shrink());
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b")));
    driver().resize(name("b"), 64 * 1024);
    erase("b");
    driver().seal(name("b"));

    requireNothingBehindAnErasedCloneOf("b", golden);
  }

  @Test
  default void anErasedCloneOfASnapshotShowsNothingBehindItsEndEither() throws Exception {
    assumeTrue(driver().capabilities().shrink() && driver().capabilities().snapshots());
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b")));
    driver().resize(name("b"), 64 * 1024);
    erase("b");
    driver().snapshot(name("b"), name("b@1"));

    requireNothingBehindAnErasedCloneOf("b@1", golden);
  }

  private void requireNothingBehindAnErasedCloneOf(String small, byte[] golden) throws Exception {
    driver().clone(name(small), List.of(name("c")));
    driver().resize(name("c"), SIZE);
    assertThat(content("c", 64 * 1024, LENGTH)).containsOnly(0);

    erase("c");

    assertThat(content("c", 0, 64 * 1024)).isEqualTo(Arrays.copyOf(golden, 64 * 1024));
    assertThat(content("c", 64 * 1024, LENGTH)).containsOnly(0);
    reopen();
    assertThat(content("c", 64 * 1024, LENGTH)).containsOnly(0);
  }

  private void erase(String value) throws Exception {
    EraseReport ignored =
        DriverFixture.await(driver().erase(name(value), EraseRequest.zeroFillVerified()));
  }

  @Test
  default void transfersOutsideTheDeviceAreOutOfRange() throws Exception {
    driver().create(name("a"), SIZE);

    try (BlockDevice device = driver().open(name("a"), AccessMode.READ_WRITE)) {
      for (long offset : new long[] {-4096, SIZE - 4096, SIZE, 1, Long.MAX_VALUE - 4095}) {
        assertBlockRefused(
            BlockException.Kind.OUT_OF_RANGE, () -> DeviceContent.read(device, offset, 8192));
        assertBlockRefused(
            BlockException.Kind.OUT_OF_RANGE,
            () -> DeviceContent.write(device, offset, new byte[8192]));
      }
      assertThat(DeviceContent.read(device, SIZE, 0)).isEmpty();
    }
  }

  @Test
  default void closedDeviceIsGone() throws Exception {
    driver().create(name("a"), SIZE);
    BlockDevice device = driver().open(name("a"), AccessMode.READ_WRITE);
    device.close();

    assertBlockRefused(BlockException.Kind.GONE, () -> DeviceContent.read(device, 0, 4096));
  }

  @Test
  default void concurrentFirstWritesToOneBlockAllArrive() throws Exception {
    byte[] golden = image("image");
    driver().clone(name("image"), List.of(name("b")));
    int writers = 4;
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try (BlockDevice device = driver().open(name("b"), AccessMode.READ_WRITE)) {
      int block = device.geometry().logicalBlockBytes();
      CyclicBarrier start = new CyclicBarrier(writers);
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        int own = writer;
        tasks.add(
            () -> {
              for (int round = 0; round < 16; round++) {
                start.await(60, TimeUnit.SECONDS);
                long offset = round * 4096L + (long) own * block;
                DeviceContent.write(device, offset, pattern(block, offset));
              }
              return null;
            });
      }
      for (Future<Void> task : threads.invokeAll(tasks)) {
        task.get();
      }

      byte[] expected = golden.clone();
      for (int round = 0; round < 16; round++) {
        for (int writer = 0; writer < writers; writer++) {
          int offset = round * 4096 + writer * block;
          System.arraycopy(pattern(block, offset), 0, expected, offset, block);
        }
      }
      assertThat(DeviceContent.read(device, 0, LENGTH)).isEqualTo(expected);
    } finally {
      threads.shutdownNow();
    }
  }

  private byte[] image(String value) throws VolumeException, BlockException {
    byte[] golden = pattern(LENGTH, 10);
    driver().create(name(value), SIZE);
    DeviceContent.write(driver(), name(value), 0, golden);
    driver().seal(name(value));
    return golden;
  }

  private byte[] content(String value, long offset, int length)
      throws VolumeException, BlockException {
    return DeviceContent.read(driver(), name(value), offset, length);
  }
}
