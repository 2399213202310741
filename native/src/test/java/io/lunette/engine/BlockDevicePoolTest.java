/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.blockio.ScratchDevices;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools that lie on a whole block device. */
class BlockDevicePoolTest {

  private static final int MIB = 1 << 20;
  private static final int SIZE = 64 * MIB;

  @TempDir Path directory;

  private Path file;
  private ScratchDevices.Loop loop;

  @BeforeEach
  void attach() throws IOException {
    file = directory.resolve("disk");
    byte[] disk = new byte[SIZE];
    // What lies between the edges does not count, and must not show through.
    Arrays.fill(disk, MIB, SIZE - MIB, (byte) 0xA5);
    Files.write(file, disk);
    loop = ScratchDevices.loopOver(file);
  }

  @AfterEach
  void detach() throws IOException {
    if (loop != null) {
      loop.close();
    }
  }

  @Test
  void allOfADeviceIsMadeZeroAndAPoolOfIt() throws Exception {
    List<Long> progress = new ArrayList<>();

    EngineVolumeDriver.createPoolOnDevice(loop.device(), false, progress::add);

    assertThat(progress).isNotEmpty().endsWith((long) SIZE);
    try (EngineVolumeDriver driver = open()) {
      assertThat(driver.space().sizeBytes()).isEqualTo(SIZE);
      VolumeName name = new VolumeName("volume");
      driver.create(name, SIZE);
      try (BlockDevice volume = driver.open(name, AccessMode.READ_WRITE)) {
        ByteBuffer half = ByteBuffer.allocateDirect(512);
        BlockingIo.write(
            volume, 512, half.put(0, (byte) 1), io.lunette.core.block.Durability.DURABLE);
      }
    }
    assertThat(PoolCheck.check(loop.device()).problems()).isEmpty();
    byte[] old = new byte[16];
    Arrays.fill(old, (byte) 0xA5);
    byte[] disk = Files.readAllBytes(file);
    for (int at = 0; at < SIZE; at += old.length) {
      assertThat(Arrays.equals(disk, at, at + old.length, old, 0, old.length)).isFalse();
    }
  }

  @Test
  void aDeviceThatHoldsSomethingAtEitherEndIsLeftAlone() throws Exception {
    for (long at : new long[] {0x438, SIZE - 64 * 1024}) {
      poke(at, 0x53);
      byte[] before = Files.readAllBytes(file);

      assertThatThrownBy(
              () -> EngineVolumeDriver.createPoolOnDevice(loop.device(), false, done -> {}))
          .isInstanceOfSatisfying(
              VolumeException.class,
              e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.CONFLICT))
          .hasMessage(loop.device() + ": holds something already");

      assertThat(Files.readAllBytes(file)).isEqualTo(before);
      poke(at, 0);
    }
  }

  @Test
  void whatLiesThereMayBeOverwritten() throws Exception {
    poke(0x438, 0x53);

    EngineVolumeDriver.createPoolOnDevice(loop.device(), true, done -> {});

    open().close();
  }

  @Test
  void aPoolInUseIsNotOpenedTwiceNorMadeAnew() throws Exception {
    EngineVolumeDriver.createPoolOnDevice(loop.device(), false, done -> {});
    try (EngineVolumeDriver first = open()) {
      assertThat(first.space().sizeBytes()).isEqualTo(SIZE);
      assertThatThrownBy(this::open).hasMessageContaining("in use");
      assertThatThrownBy(
              () -> EngineVolumeDriver.createPoolOnDevice(loop.device(), true, done -> {}))
          .isInstanceOfSatisfying(
              VolumeException.class,
              e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.BUSY));
    }
  }

  @Test
  void whatIsNoBlockDeviceIsRefused() {
    assertThatThrownBy(() -> EngineVolumeDriver.createPoolOnDevice(file, true, done -> {}))
        .hasMessage(file + ": not a block device");
    Path nothing = directory.resolve("nothing");
    assertThatThrownBy(() -> EngineVolumeDriver.createPoolOnDevice(nothing, true, done -> {}))
        .hasMessage(nothing + ": no such block device");
  }

  private EngineVolumeDriver open() throws VolumeException {
    return EngineVolumeDriver.open(loop.device(), Clock.systemUTC());
  }

  private void poke(long at, int value) throws IOException {
    try (RandomAccessFile disk = new RandomAccessFile(loop.device().toFile(), "rw")) {
      disk.seek(at);
      disk.write(value);
      disk.getFD().sync();
    }
  }
}
