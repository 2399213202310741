/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the kernel tells of a page that it could not write back, on a block device that really loses
 * them: over a sparse file on a file system that is full.
 */
class LostWriteTest {

  private static final int MIB = 1 << 20;
  private static final int BLOCK = 4096;
  private static final int WRITERS = 4;

  /** Each a chance for one write to be told what another should have heard. */
  private static final int WRITES = 500;

  @TempDir private Path directory;

  @Test
  void whoFlushesForTheCommitsHearsOfALostWriteWhoeverFlushedBefore() throws Exception {
    onDeviceWithoutRoom(
        device -> {
          device.write(2 * MIB, ByteBuffer.allocateDirect(MIB));

          assertThatThrownBy(device::flushAside).isInstanceOf(DeviceException.class);
          assertThatThrownBy(device::flush).isInstanceOf(DeviceException.class);

          // Told once: so a second flush that succeeds proves nothing.
          device.flush();
          device.flushAside();
        });
  }

  @Test
  void whatCouldNotBeWrittenBackIsReadNoMoreOnceItIsForgotten() throws Exception {
    onDeviceWithoutRoom(
        device -> {
          ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, 1);
          device.write(2 * MIB, block);
          assertThatThrownBy(device::flush).isInstanceOf(DeviceException.class);
          assertThat(firstInt(device, 2 * MIB)).as("what the kernel remembers").isOne();

          device.forgetCached();

          assertThat(firstInt(device, 2 * MIB)).isZero();
        });
  }

  private static int firstInt(RawDevice device, long offset) throws DeviceException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    device.read(offset, block);
    return block.getInt(0);
  }

  @Test
  void whoOpensADeviceHearsNothingOfWritesThatNobodyFlushedBefore() throws Exception {
    onDeviceWithoutRoom(
        (device, path) -> {
          device.write(2 * MIB, ByteBuffer.allocateDirect(MIB));
          device.close();

          try (RawDevice again = LinuxRawDevice.open(path)) {
            again.flush();
            again.flushAside();
          }
        });
  }

  @Test
  void noDurableWriteSucceedsThatIsLostHoweverManyThereAreAtATime() throws Exception {
    onDeviceWithoutRoom(
        device -> {
          ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
          List<Future<Integer>> acknowledged = new ArrayList<>();
          for (int writer = 0; writer < WRITERS; writer++) {
            long from = 2L * MIB + (long) writer * WRITES * BLOCK;
            acknowledged.add(writers.submit(writesFrom(device, from)));
          }

          int succeeded = 0;
          for (Future<Integer> one : acknowledged) {
            succeeded += one.get();
          }
          writers.shutdown();
          assertThat(succeeded).isZero();
        });
  }

  /** Writes durably, one block after another; returns how many of the writes succeeded. */
  private static Callable<Integer> writesFrom(RawDevice device, long from) {
    return () -> {
      ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).putInt(0, 1);
      int succeeded = 0;
      for (int i = 0; i < WRITES; i++) {
        try {
          device.writeDurably(from + (long) i * BLOCK, block);
          succeeded++;
        } catch (DeviceException lost) {
          assertThat(lost).hasMessageContaining("write at");
        }
      }
      return succeeded;
    };
  }

  private interface Body {
    void on(RawDevice device) throws Exception;
  }

  private interface BodyOfPath {
    void on(RawDevice device, Path path) throws Exception;
  }

  /** A device of 16 MiB, of which all but the first MiB is lost if it is written. */
  private void onDeviceWithoutRoom(Body body) throws Exception {
    onDeviceWithoutRoom((device, path) -> body.on(device));
  }

  private void onDeviceWithoutRoom(BodyOfPath body) throws Exception {
    try (var mount = ScratchDevices.mount("tmpfs", directory, MIB)) {
      Path file = mount.directory().resolve("device");
      try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
        sparse.write(new byte[MIB - BLOCK]);
        sparse.setLength(16L * MIB);
        takeTheRest(mount.directory().resolve("ballast"));
      }
      try (var loop = ScratchDevices.loopOver(file);
          RawDevice device = LinuxRawDevice.open(loop.device())) {
        body.on(device, loop.device());
      }
    }
  }

  private static void takeTheRest(Path ballast) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
      while (true) {
        file.write(new byte[BLOCK]);
      }
    } catch (IOException full) {
      assertThat(ballast).isNotEmptyFile();
    }
  }
}
