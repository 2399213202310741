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
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** What is in the copies, and who may have them made. */
class VolumeCopiesTest extends VolumeCopiesCase {

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
}
