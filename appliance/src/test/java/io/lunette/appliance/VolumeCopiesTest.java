/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static io.lunette.appliance.ImageFormat.QCOW2;
import static io.lunette.appliance.ImageFormat.RAW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.DataRuns;
import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumePlace;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeCopiesTest {

  private static final long MIB = 1 << 20;
  private static final int BLOCK = 4096;
  private static final int EXTENT = 65_536;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumeName CLONE = new VolumeName("clone");

  @TempDir Path directory;

  private EngineVolumeDriver driver;
  private UnfinishedImports unfinished;
  private VolumeCopies copies;
  private CutImports cut;
  private Path file;
  private Path exported;

  @BeforeEach
  void createPool() throws Exception {
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, 64 * MIB);
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
    Files.createDirectory(directory.resolve("scratch"));
    unfinished = new UnfinishedImports(directory.resolve("imports"), driver.uuid());
    copies = copies(driver, Runnable::run);
    file = directory.resolve("file.raw");
    exported = directory.resolve("exported.raw");
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
  }

  /** So large that whoever read its holes would not come to an end. */
  @Test
  void aSparseFileBecomesAThinVolumeAndASparseFileAgain() throws Exception {
    long size = 256L << 30;
    long[] places = {0, (70L << 30) + 512, size - 512};
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      for (long place : places) {
        made.seek(place);
        made.write(Arrays.copyOf(("data at " + place).getBytes(StandardCharsets.UTF_8), 512));
      }
    }

    VolumeInfo imported = end(copies.importFile(VOLUME, file, RAW, driver::create));

    assertThat(imported.sizeBytes()).isEqualTo(size);
    assertThat(imported.allocatedBytes()).isEqualTo(3L * EXTENT);

    end(copies.exportFile(VOLUME, exported, RAW));

    assertThat(Files.size(exported)).isEqualTo(size);
    assertThat(DataRuns.of(exported).stream().mapToLong(DataRuns.Run::lengthBytes).sum())
        .isLessThan(MIB);
    try (RandomAccessFile found = new RandomAccessFile(exported.toFile(), "r")) {
      for (long place : places) {
        byte[] data = new byte[512];
        found.seek(place);
        found.readFully(data);
        assertThat(new String(data, StandardCharsets.UTF_8)).startsWith("data at " + place + '\0');
      }
    }
  }

  /** As on an array that makes volumes and whose LUNs cannot be reached. */
  @Test
  void aVolumeThatCannotBeOpenedIsTakenAwayAgain() throws Exception {
    Files.write(file, new byte[EXTENT]);
    VolumeCopies unreachable = copies(refusing(driver, "open"), Runnable::run);

    assertThatThrownBy(() -> unreachable.importFile(VOLUME, file, RAW, driver::create))
        .hasMessage("no way to it");

    assertThat(driver.find(VOLUME)).isEmpty();
  }

  private VolumeCopies copies(VolumeDriver over, Executor executor) {
    VolumeClaims claims = new VolumeClaims();
    cut = new CutImports(unfinished, over, claims, Runnable::run);
    return new VolumeCopies(
        over, new Qcow2Converter(directory.resolve("scratch")), unfinished, claims, cut, executor);
  }

  private static VolumeDriver refusing(VolumeDriver driver, String... calls) {
    return (VolumeDriver)
        Proxy.newProxyInstance(
            VolumeDriver.class.getClassLoader(),
            new Class<?>[] {VolumeDriver.class},
            (proxy, method, arguments) -> {
              if (List.of(calls).contains(method.getName())) {
                throw new VolumeException(VolumeException.Kind.IO, "no way to it");
              }
              return method.invoke(driver, arguments);
            });
  }

  @Test
  void aCopyThatFailsByABugOfOursEndsAndLeavesNothing() throws Exception {
    Files.write(file, new byte[EXTENT]);
    driver.create(VOLUME, EXTENT);
    FileChannel channel = FileChannel.open(file);
    VolumeCopy copy =
        VolumeCopy.intoVolume(
            file,
            channel,
            EXTENT,
            from -> {
              throw new IllegalStateException("a bug");
            },
            driver.open(VOLUME, AccessMode.READ_WRITE),
            () -> driver.find(VOLUME).orElseThrow(),
            () -> driver.delete(VOLUME));

    assertThatThrownBy(copy::run).hasMessage("a bug");

    assertThat(copy.result().toCompletableFuture()).isCompletedExceptionally();
    assertThat(channel.isOpen()).isFalse();
    assertThat(driver.find(VOLUME)).isEmpty();
  }

  @Test
  void aCopyThatCannotBeTakenBackForABugOfOursEnds() throws Exception {
    Files.write(file, new byte[EXTENT]);
    driver.create(VOLUME, EXTENT);
    VolumeCopy copy =
        VolumeCopy.intoVolume(
            file,
            FileChannel.open(file),
            EXTENT,
            from -> {
              throw new IOException("it cannot be read");
            },
            driver.open(VOLUME, AccessMode.READ_WRITE),
            () -> driver.find(VOLUME).orElseThrow(),
            () -> {
              throw new IllegalStateException("a bug");
            });

    assertThatThrownBy(copy::run).hasMessage("a bug");

    assertThatThrownBy(() -> copy.result().toCompletableFuture().getNow(null))
        .hasMessageContaining("it cannot be read");
  }

  @Test
  void aCopyWhoseDeviceCannotBeClosedForABugOfOursEnds() throws Exception {
    Files.write(file, new byte[EXTENT]);
    driver.create(VOLUME, EXTENT);
    BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE);
    VolumeCopy copy =
        VolumeCopy.intoVolume(
            file,
            FileChannel.open(file),
            EXTENT,
            from -> OptionalLong.empty(),
            failingAtClose(device),
            () -> driver.find(VOLUME).orElseThrow(),
            () -> driver.delete(VOLUME));

    assertThatThrownBy(copy::run).hasMessage("a bug");

    assertThat(copy.result().toCompletableFuture()).isCompletedWithValueMatching(whole -> true);
    assertThat(driver.find(VOLUME)).isPresent();
    device.close();
  }

  @Test
  void aCopyWhoseDeviceCannotBeClosedForABugOfOursIsTakenBackWhereItFailed() throws Exception {
    Files.write(file, new byte[EXTENT]);
    driver.create(VOLUME, EXTENT);
    BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE);
    AtomicBoolean isTakenBack = new AtomicBoolean();
    VolumeCopy copy =
        VolumeCopy.intoVolume(
            file,
            FileChannel.open(file),
            EXTENT,
            from -> {
              throw new IOException("it cannot be read");
            },
            failingAtClose(device),
            () -> driver.find(VOLUME).orElseThrow(),
            () -> isTakenBack.set(true));

    assertThatThrownBy(copy::run).hasMessage("a bug");

    assertThat(copy.result().toCompletableFuture()).isCompletedExceptionally();
    assertThat(isTakenBack).isTrue();
    device.close();
  }

  private static BlockDevice failingAtClose(BlockDevice device) {
    return (BlockDevice)
        Proxy.newProxyInstance(
            BlockDevice.class.getClassLoader(),
            new Class<?>[] {BlockDevice.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                throw new IllegalStateException("a bug");
              }
              return method.invoke(device, arguments);
            });
  }

  @Test
  void zeroesThatAFileHoldsTakeNoSpace() throws Exception {
    byte[] content = new byte[(int) (8 * MIB)];
    content[(int) (5 * MIB) + 77] = 1;
    Files.write(file, content);

    VolumeInfo imported = end(copies.importFile(VOLUME, file, RAW, driver::create));
    end(copies.exportFile(VOLUME, exported, RAW));

    assertThat(imported.allocatedBytes()).isEqualTo(EXTENT);
    assertThat(Files.mismatch(file, exported)).isEqualTo(-1);
  }

  @Test
  void aCloneIsExportedAsItReadsAndItsImageDoesNotShowThrough() throws Exception {
    byte[] content = new byte[4 * EXTENT];
    Arrays.fill(content, (byte) 9);
    Files.write(file, content);
    end(copies.importFile(VOLUME, file, RAW, driver::create));
    driver.seal(VOLUME);
    driver.clone(VOLUME, List.of(CLONE));
    try (BlockDevice clone = driver.open(CLONE, AccessMode.READ_WRITE)) {
      BlockingIo.discard(clone, BLOCK, 2 * EXTENT);
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).put(0, (byte) 7);
      BlockingIo.write(clone, 3L * EXTENT, block, Durability.VISIBLE);
    }

    end(copies.exportFile(CLONE, exported, RAW));

    Arrays.fill(content, BLOCK, BLOCK + 2 * EXTENT, (byte) 0);
    Arrays.fill(content, 3 * EXTENT, 3 * EXTENT + BLOCK, (byte) 0);
    content[3 * EXTENT] = 7;
    assertThat(Files.readAllBytes(exported)).isEqualTo(content);
  }

  @Test
  void aFileThatEndsWithinABlockIsFilledUpWithZeroes() throws Exception {
    Files.write(file, "short".getBytes(StandardCharsets.UTF_8));

    VolumeInfo imported = end(copies.importFile(VOLUME, file, RAW, driver::create));
    end(copies.exportFile(VOLUME, exported, RAW));

    assertThat(imported.sizeBytes()).isEqualTo(BLOCK);
    assertThat(Files.readAllBytes(exported))
        .isEqualTo(Arrays.copyOf("short".getBytes(StandardCharsets.UTF_8), BLOCK));
  }

  @Test
  void anImportThatThePoolHasNoRoomForLeavesNoVolume() throws Exception {
    byte[] content = new byte[(int) (80 * MIB)];
    Arrays.fill(content, (byte) 3);
    Files.write(file, content);

    assertThatThrownBy(() -> end(copies.importFile(VOLUME, file, RAW, driver::create)))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("the pool is full");

    assertThat(driver.find(VOLUME)).isEmpty();
  }

  @Test
  void aFileThatBecomesShorterMeanwhileIsNotTakenForZeroes() throws Exception {
    Files.write(file, "data".repeat(EXTENT).getBytes(StandardCharsets.UTF_8));
    VolumeCopies.Creation shortening =
        (name, size) -> {
          VolumeInfo ignored = driver.create(name, size);
          shorten(file);
        };

    assertThatThrownBy(() -> end(copies.importFile(VOLUME, file, RAW, shortening)))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("shorter");

    assertThat(driver.find(VOLUME)).isEmpty();
  }

  private static void shorten(Path path) {
    try (RandomAccessFile shortened = new RandomAccessFile(path.toFile(), "rw")) {
      shortened.setLength(EXTENT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aVolumeThatACrashLeftInAnImportIsDeletedAtTheNextStart() throws Exception {
    Files.write(file, new byte[EXTENT]);
    driver.create(CLONE, MIB);
    VolumeCopies crashing = copies(driver, copy -> {});
    Job<VolumeInfo> ignored = crashing.importFile(VOLUME, file, RAW, driver::create);
    driver.close();

    driver = EngineVolumeDriver.open(directory.resolve("pool"), Clock.systemUTC());
    assertThat(unfinished.deleteAll(driver)).isEmpty();

    assertThat(driver.list()).extracting(VolumeInfo::name).containsExactly(CLONE);
    assertThat(directory.resolve("imports")).isEmptyDirectory();
  }

  @Test
  void whatAStartHasNoSpaceToDeleteTheNextOneDeletes() throws Exception {
    Files.write(file, new byte[EXTENT]);
    Job<VolumeInfo> ignored =
        copies(driver, copy -> {}).importFile(VOLUME, file, RAW, driver::create);
    driver.close();
    driver = EngineVolumeDriver.open(directory.resolve("pool"), Clock.systemUTC());
    assertThat(unfinished.deleteAll(refusing(driver, "delete"))).hasSize(1);
    assertThat(driver.find(VOLUME)).isPresent();

    assertThat(unfinished.deleteAll(driver)).isEmpty();

    assertThat(driver.find(VOLUME)).isEmpty();
    assertThat(directory.resolve("imports")).isEmptyDirectory();
  }

  /**
   * As of a volume that an operator mapped while it was filled: a server may write to it for weeks.
   */
  @Test
  void aStartLeavesWhatWasInUseWhenItsImportWasCancelled() throws Exception {
    Files.write(file, "data".repeat(EXTENT).getBytes(StandardCharsets.UTF_8));
    List<Runnable> waiting = new ArrayList<>();
    Job<VolumeInfo> job =
        copies(driver, waiting::add).importFile(VOLUME, file, RAW, driver::create);
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).put(0, (byte) 7);
    try (BlockDevice used = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      job.cancel();
      waiting.forEach(Runnable::run);
      BlockingIo.write(used, 0, block, Durability.VISIBLE);
      BlockingIo.flush(used);
    }

    assertThatThrownBy(() -> end(job))
        .hasMessageContaining("cancelled")
        .hasMessageContaining("volume 'volume' is left")
        .hasMessageContaining("is open");

    assertThat(unfinished.deleteAll(driver)).isEmpty();

    ByteBuffer found = ByteBuffer.allocateDirect(BLOCK);
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_ONLY)) {
      BlockingIo.read(device, 0, found);
    }
    assertThat(found.rewind()).isEqualTo(block.rewind());
  }

  /** As on an array that makes volumes, and neither shows nor deletes them. */
  @Test
  void aStartLeavesWhatCouldNeitherBeOpenedNorTakenAway() throws Exception {
    Files.write(file, new byte[EXTENT]);
    VolumeCopies unreachable = copies(refusing(driver, "open", "delete"), Runnable::run);

    assertThatThrownBy(() -> unreachable.importFile(VOLUME, file, RAW, driver::create))
        .hasMessageContaining("no way to it")
        .hasMessageContaining("volume 'volume' is left");

    assertThat(unfinished.deleteAll(driver)).isEmpty();

    assertThat(driver.find(VOLUME)).isPresent();
  }

  /** A start deletes it, whatever was written to it by then. */
  @Test
  void whatABugOfOursLeavesWithItsNoteIsNobodysUntilItIsDeleted() throws Exception {
    Files.write(file, new byte[EXTENT]);
    AtomicBoolean broken = new AtomicBoolean(true);
    VolumeCopies left = copies(breaking("open", broken), Runnable::run);

    assertThatThrownBy(() -> left.importFile(VOLUME, file, RAW, driver::create))
        .isInstanceOf(OutOfMemoryError.class);

    assertKeptUntilItIsDeleted(left, broken);
  }

  @Test
  void whatCannotBeTakenBackForABugOfOursIsNobodysUntilItIsDeleted() throws Exception {
    Files.write(file, new byte[EXTENT]);
    List<Runnable> waiting = new ArrayList<>();
    AtomicBoolean broken = new AtomicBoolean(true);
    VolumeCopies left = copies(breaking("delete", broken), waiting::add);
    left.importFile(VOLUME, file, RAW, driver::create).cancel();

    assertThatThrownBy(waiting.get(0)::run).isInstanceOf(OutOfMemoryError.class);

    assertKeptUntilItIsDeleted(left, broken);
  }

  private void assertKeptUntilItIsDeleted(VolumeCopies left, AtomicBoolean broken)
      throws Exception {
    assertBusy(() -> left.claims().requireFree(VOLUME));
    assertThat(cut.alerts()).singleElement().asString().contains("volume 'volume'");
    assertThat(onlyNote()).exists();
    broken.set(false);

    cut.request();

    assertThat(driver.find(VOLUME)).isEmpty();
    assertThat(directory.resolve("imports")).isEmptyDirectory();
    left.claims().requireFree(VOLUME);
  }

  private VolumeDriver breaking(String call, AtomicBoolean broken) {
    return (VolumeDriver)
        Proxy.newProxyInstance(
            VolumeDriver.class.getClassLoader(),
            new Class<?>[] {VolumeDriver.class},
            (proxy, method, arguments) -> {
              if (broken.get() && method.getName().equals(call)) {
                throw new OutOfMemoryError("no memory");
              }
              return method.invoke(driver, arguments);
            });
  }

  /** A start would delete what the caller was told is left to him; after a crash it may be back. */
  @Test
  void anImportThatCannotBeNotedDurablyLeavesNoNoteAndNobodyUsesItsVolume() throws Exception {
    Files.write(file, new byte[EXTENT]);
    unfinished =
        new UnfinishedImports(
            directory.resolve("imports"),
            driver.uuid(),
            names -> {
              throw new IOException("the disk is broken");
            });

    VolumeCopies left = copies(refusing(driver, "delete"), Runnable::run);

    assertThatThrownBy(() -> left.importFile(VOLUME, file, RAW, driver::create))
        .hasMessageContaining("the disk is broken")
        .hasMessageContaining("volume 'volume' is left");

    assertThat(directory.resolve("imports")).isEmptyDirectory();
    assertBusy(() -> left.claims().requireFree(VOLUME));
  }

  @Test
  void whatIsLeftWithItsNoteIsToldWithBothReasons() throws Exception {
    Files.write(file, "data".repeat(EXTENT).getBytes(StandardCharsets.UTF_8));
    List<Runnable> waiting = new ArrayList<>();
    VolumeCopies left = copies(refusing(driver, "delete"), waiting::add);
    Job<VolumeInfo> job = left.importFile(VOLUME, file, RAW, driver::create);
    Path note = onlyNote();
    Files.delete(note);
    Files.createDirectories(note.resolve("in-the-way"));

    job.cancel();
    waiting.forEach(Runnable::run);

    assertThatThrownBy(() -> end(job))
        .hasMessageContaining("volume 'volume' is left")
        .hasMessageContaining("it may be deleted yet")
        .hasMessageContaining("cannot keep account of imports");
    assertBusy(() -> left.claims().requireFree(VOLUME));
  }

  private Path onlyNote() throws IOException {
    try (Stream<Path> notes = Files.list(directory.resolve("imports"))) {
      return notes.findFirst().orElseThrow();
    }
  }

  @Test
  void aStartWithAnotherPoolForgetsNothingOfTheFirst() throws Exception {
    Files.write(file, new byte[EXTENT]);
    Job<VolumeInfo> ignored =
        copies(driver, copy -> {}).importFile(VOLUME, file, RAW, driver::create);
    driver.close();

    Path other = directory.resolve("other-pool");
    EngineVolumeDriver.createPool(other, 64 * MIB);
    try (EngineVolumeDriver second = EngineVolumeDriver.open(other, Clock.systemUTC())) {
      UnfinishedImports others = new UnfinishedImports(directory.resolve("imports"), second.uuid());
      assertThat(others.deleteAll(second)).isEmpty();
    }
    driver = EngineVolumeDriver.open(directory.resolve("pool"), Clock.systemUTC());
    assertThat(unfinished.deleteAll(driver)).isEmpty();

    assertThat(driver.list()).isEmpty();
    assertThat(directory.resolve("imports")).isEmptyDirectory();
  }

  /** As of a version of Lunette that noted no places. */
  @Test
  void aVolumeWhoseNoteNamesNoPlaceIsDeletedAtTheNextStart() throws Exception {
    UUID uuid = driver.create(VOLUME, MIB).uuid();
    Files.createFile(Files.createDirectory(directory.resolve("imports")).resolve(uuid.toString()));

    assertThat(unfinished.deleteAll(driver)).isEmpty();

    assertThat(driver.list()).isEmpty();
    assertThat(directory.resolve("imports")).isEmptyDirectory();
  }

  @Test
  void aStartLeavesWhatWasImportedToItsEndAndWhatWasMadeSince() throws Exception {
    Files.write(file, new byte[EXTENT]);
    end(copies.importFile(VOLUME, file, RAW, driver::create));
    unfinished.begin(unfinished.noteOf(driver.create(CLONE, MIB), VolumePlace.LOCAL));
    driver.delete(CLONE);
    driver.create(CLONE, MIB);

    assertThat(unfinished.deleteAll(driver)).isEmpty();

    assertThat(driver.list()).extracting(VolumeInfo::name).containsExactly(CLONE, VOLUME);
    assertThat(directory.resolve("imports")).isEmptyDirectory();
  }

  @Test
  void nobodyElseMayMakeOrShowAVolumeWhileItIsFilled() throws Exception {
    Files.write(file, new byte[EXTENT]);
    List<Runnable> waiting = new ArrayList<>();
    VolumeCopies slow = copies(driver, waiting::add);
    Job<VolumeInfo> job = slow.importFile(VOLUME, file, RAW, driver::create);

    assertBusy(() -> slow.importFile(VOLUME, file, RAW, driver::create));
    assertBusy(() -> slow.exportFile(VOLUME, exported, RAW));
    assertBusy(() -> slow.exportFile(VOLUME, exported, QCOW2));
    assertThat(exported).doesNotExist();
    assertBusy(() -> slow.claims().requireFree(VOLUME));

    waiting.forEach(Runnable::run);
    end(job);
    slow.claims().requireFree(VOLUME);
  }

  private static void assertBusy(ThrowingCallable call) {
    assertThat(catchThrowableOfType(DomainException.class, call).kind())
        .isEqualTo(DomainException.Kind.BUSY);
  }

  @Test
  void aVolumeIsFreeAgainOnceItsImportHasFailed() throws Exception {
    Files.write(file, new byte[EXTENT]);
    List<Runnable> waiting = new ArrayList<>();
    VolumeCopies slow = copies(driver, waiting::add);
    Job<VolumeInfo> job = slow.importFile(VOLUME, file, RAW, driver::create);
    job.cancel();
    waiting.remove(0).run();

    Job<VolumeInfo> again = slow.importFile(VOLUME, file, RAW, driver::create);

    waiting.remove(0).run();
    assertThat(end(again).name()).isEqualTo(VOLUME);
  }

  @Test
  void whatExistsIsNotWrittenOver() throws Exception {
    Files.writeString(file, "a file");
    driver.create(VOLUME, MIB);

    for (DomainException refused :
        List.of(
            catchThrowableOfType(DomainException.class, () -> copies.exportFile(VOLUME, file, RAW)),
            catchThrowableOfType(
                DomainException.class,
                () -> copies.importFile(VOLUME, file, RAW, driver::create)))) {
      assertThat(refused.kind()).isEqualTo(DomainException.Kind.CONFLICT);
    }

    assertThat(file).hasContent("a file");
    assertThat(driver.find(VOLUME).orElseThrow().allocatedBytes()).isZero();
  }

  /** Of one GiB and so large a hole that whoever stored it would fill the pool. */
  @Test
  void aVolumeGoesThroughQcow2AndBackAndIsSparseInBoth() throws Exception {
    long size = 1L << 30;
    byte[] data = "end".getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      made.setLength(size);
      made.seek(size - data.length);
      made.write(data);
    }
    Path qcow2 = directory.resolve("volume.qcow2");
    end(copies.importFile(VOLUME, file, RAW, driver::create));

    end(copies.exportFile(VOLUME, qcow2, QCOW2));
    VolumeInfo again = end(copies.importFile(CLONE, qcow2, QCOW2, driver::create));
    end(copies.exportFile(CLONE, exported, RAW));

    assertThat(Files.size(qcow2)).isLessThan(MIB);
    assertThat(again.allocatedBytes()).isEqualTo(EXTENT);
    assertThat(Files.mismatch(file, exported)).isEqualTo(-1);
    assertThat(directory.resolve("scratch")).isEmptyDirectory();
  }

  @Test
  void whatIsNoQcow2FileIsRefusedAndLeavesNothing() throws Exception {
    Files.writeString(file, "not of that format");

    assertThatThrownBy(() -> copies.importFile(VOLUME, file, QCOW2, driver::create))
        .isInstanceOf(DomainException.class)
        .hasMessageContaining("is not a qcow2 image");

    assertThat(driver.find(VOLUME)).isEmpty();
  }

  @Test
  void anExportOfWhatIsNotThereLeavesNoFile() {
    assertThatThrownBy(() -> copies.exportFile(VOLUME, exported, QCOW2))
        .isInstanceOf(VolumeException.class);

    assertThat(exported).doesNotExist();
  }

  private static VolumeInfo end(Job<VolumeInfo> job) throws Exception {
    return job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
