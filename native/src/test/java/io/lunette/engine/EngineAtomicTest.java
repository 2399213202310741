/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Atomic writes beside readers, beside other writers, and where there is no space for them. */
class EngineAtomicTest {

  private static final long MIB = 1 << 20;
  private static final VolumeName VOLUME = new VolumeName("volume");

  /** Begins within a block and ends within one, three extents long. */
  private static final long OFFSET = 60 * 1024 + 512;

  private static final int LENGTH = 128 * 1024;

  @TempDir Path directory;

  private Path file;
  private EngineVolumeDriver driver;

  @BeforeEach
  void createPool() throws Exception {
    file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 64 * MIB);
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    driver.create(VOLUME, 128 * MIB);
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(file).problems()).isEmpty();
  }

  @Test
  void noReaderSeesHalfOfAnAtomicWrite() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService readers = Executors.newFixedThreadPool(2);
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      writeAtomic(device, OFFSET, filled(1, LENGTH));
      List<Future<Integer>> ends = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        ends.add(readers.submit(() -> readWhole(device, over)));
      }
      for (int value = 2; value < 600; value++) {
        writeAtomic(device, OFFSET, filled(value, LENGTH));
      }
      over.set(true);

      for (Future<Integer> end : ends) {
        assertThat(end.get(1, TimeUnit.MINUTES)).isPositive();
      }
    } finally {
      readers.shutdownNow();
    }
  }

  private static int readWhole(BlockDevice device, AtomicBoolean over) throws BlockException {
    int reads = 0;
    ByteBuffer found = ByteBuffer.allocateDirect(LENGTH);
    while (reads == 0 || !over.get()) {
      BlockingIo.read(device, OFFSET, found);
      int first = found.getInt(0);
      for (int at = 0; at < LENGTH; at += Integer.BYTES) {
        assertThat(found.getInt(at)).isEqualTo(first);
      }
      reads++;
    }
    return reads;
  }

  @Test
  void noOverwriteBesideAnAtomicWriteIsLost() throws Exception {
    ExecutorService writers = Executors.newSingleThreadExecutor();
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(device, 0, filled(1, 64 * 1024), Durability.VISIBLE);
      Future<?> atomics =
          writers.submit(
              () -> {
                for (int i = 0; i < 500; i++) {
                  writeAtomic(device, 32 * 1024, filled(i, 8192));
                }
                return null;
              });
      for (int value = 0; value < 2000; value++) {
        BlockingIo.write(device, 4096, filled(value, 4096), Durability.VISIBLE);
        ByteBuffer found = ByteBuffer.allocateDirect(4096);
        BlockingIo.read(device, 4096, found);
        assertThat(found.mismatch(filled(value, 4096))).isNegative();
      }
      atomics.get(1, TimeUnit.MINUTES);
    } finally {
      writers.shutdownNow();
    }
  }

  @Test
  void withoutSpaceAnAtomicWriteChangesNothing() throws Exception {
    driver.snapshot(VOLUME, new VolumeName("empty"));
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      long end = 0;
      BlockException refused = null;
      while (refused == null) {
        long at = end;
        refused =
            catchThrowableOfType(
                BlockException.class,
                () -> BlockingIo.write(device, at, filled(7, 65_536), Durability.VISIBLE));
        end += 65_536;
      }
      assertThat(refused.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
      // Two extents are dropped and come back; three are needed.
      BlockingIo.write(device, MIB, filled(0x7e4a47, 131_072), Durability.VISIBLE);
      BlockingIo.discard(device, MIB, 131_072);
      BlockingIo.purge(device);
      byte[] discarded = new byte[512];
      filled(0x7e4a47, discarded.length).get(discarded);
      assertThat(RawBytes.occurrences(file, discarded)).isZero();

      refused =
          catchThrowableOfType(
              BlockException.class, () -> writeAtomic(device, 0, filled(8, 16 * 65_536)));

      assertThat(refused.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
      ByteBuffer found = ByteBuffer.allocateDirect((int) MIB);
      BlockingIo.read(device, 0, found);
      assertThat(found.mismatch(filled(7, (int) MIB))).isNegative();
      BlockingIo.write(device, MIB, filled(9, 65_536), Durability.DURABLE);
    }
  }

  private static void writeAtomic(BlockDevice device, long offset, ByteBuffer bytes)
      throws BlockException {
    BlockingIo.writeAtomic(device, offset, bytes, Durability.VISIBLE);
  }

  private static ByteBuffer filled(int value, int length) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(length);
    while (bytes.hasRemaining()) {
      bytes.putInt(value);
    }
    return bytes.flip();
  }
}
