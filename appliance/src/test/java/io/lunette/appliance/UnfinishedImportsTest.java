/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static io.lunette.appliance.ImageFormat.RAW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumePlace;
import io.lunette.engine.EngineVolumeDriver;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What becomes of the volume of an import that does not come to its end. */
class UnfinishedImportsTest extends VolumeCopiesCase {

  /** As on an array that makes volumes and whose LUNs cannot be reached. */
  @Test
  void aVolumeThatCannotBeOpenedIsTakenAwayAgain() throws Exception {
    Files.write(file, new byte[EXTENT]);
    VolumeCopies unreachable = copies(refusing(driver, "open"), Runnable::run);

    assertThatThrownBy(() -> unreachable.importFile(VOLUME, file, RAW, driver::create))
        .hasMessage("no way to it");

    assertThat(driver.find(VOLUME)).isEmpty();
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
}
