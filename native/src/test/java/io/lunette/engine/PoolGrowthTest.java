/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.key.KeyVault;
import java.io.RandomAccessFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolGrowthTest {

  private static final long MIB = 1 << 20;
  private static final VolumeName VOLUME = new VolumeName("volume");

  @TempDir Path directory;

  @Test
  void aFullPoolThatGrowsInUseTakesWritesAgainAndKeepsItsSizeOverARestart() throws Exception {
    Path file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 40 * MIB);
    EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    driver.create(VOLUME, 256 * MIB);
    BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE);
    int written = fill(device, 0);
    assertThat(written).isLessThan(640);

    assertThat(driver.grow(100 * MIB).sizeBytes()).isEqualTo(100 * MIB);

    int more = fill(device, written);
    assertThat(more - written).isGreaterThan(700);
    device.close();
    driver.close();
    assertThat(PoolCheck.check(file).problems()).isEmpty();
    driver = EngineVolumeDriver.open(file, Clock.systemUTC());
    assertThat(driver.space().sizeBytes()).isEqualTo(100 * MIB);
    assertThat(driver.grow(100 * MIB).sizeBytes()).isEqualTo(100 * MIB);
    assertHolds(driver, more);
    driver.close();
  }

  @Test
  void aPoolDoesNotShrink() throws Exception {
    Path file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 64 * MIB);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      assertThatThrownBy(() -> driver.grow(48 * MIB))
          .isInstanceOfSatisfying(
              VolumeException.class,
              e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.INVALID))
          .hasMessageContaining("does not shrink");
    }
    assertThat(Files.size(file)).isEqualTo(64 * MIB);
  }

  @Test
  void whatLayBehindTheEndOfTheFileIsNeverRead() throws Exception {
    Path file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 64 * MIB);
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(70 * MIB);
      open.write("somebody's".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      open.setLength(80 * MIB);
    }
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      assertThat(driver.grow(0).sizeBytes()).isEqualTo(80 * MIB);
    }
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[(int) (16 * MIB)];
      open.seek(64 * MIB);
      open.readFully(bytes);
      assertThat(bytes).containsOnly(0);
    }
  }

  @Test
  void aDeviceThatDidNotGrowIsRefusedAndOneThatDidIsZeroedFirst() throws Exception {
    SimulatedDevice disk = new SimulatedDevice(48 * MIB);
    PoolState.format(disk, new UUID(1, 2));
    EngineVolumeDriver driver = EngineVolumeDriver.open(disk, Clock.systemUTC(), MIB);
    VolumeException refused =
        catchThrowableOfType(VolumeException.class, () -> driver.grow(52 * MIB));
    assertThat(refused.kind()).isEqualTo(VolumeException.Kind.INVALID);

    disk.setSize(52 * MIB);
    ByteBuffer stale = ByteBuffer.allocateDirect(4096).putInt(0, 0x5EC2E7);
    disk.write(50 * MIB, stale);

    assertThat(driver.grow(0).sizeBytes()).isEqualTo(52 * MIB);
    disk.read(50 * MIB, stale);
    assertThat(stale.getInt(0)).isZero();
    driver.close();
    assertThat(PoolCheck.check(disk).problems()).isEmpty();
  }

  @Test
  void aGrowthThatFoundNoSpaceIsNeverTakenBackBelowWhatASuperblockSays() throws Exception {
    Path file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 64 * MIB);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      driver.create(VOLUME, 64 * MIB);
    }
    AtomicBoolean full = new AtomicBoolean();
    RawDevice disk = fullWhile(full, LinuxRawDevice.open(file));
    Pool pool = Pool.open(disk, Clock.systemUTC(), MIB, KeyVault.none());
    Layer top = pool.metadata.chains.volume(VOLUME.value()).top;
    new VolumeIo(pool.path).write(top, 0, ByteBuffer.allocateDirect(4096), Durability.DURABLE);
    full.set(true);
    assertThatThrownBy(() -> pool.growth.growTo(256 * MIB))
        .isInstanceOfSatisfying(DeviceException.class, e -> assertThat(e.isNoSpace()).isTrue());
    full.set(false);
    EncryptedPool.awaitTrue(() -> hasCheckpoint(pool));

    full.set(true);
    assertThatThrownBy(() -> pool.growth.growTo(128 * MIB))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("growing to " + 256 * MIB + " bytes was begun");

    pool.abandon();
    assertThat(Files.size(file)).isEqualTo(256 * MIB);
    assertThat(PoolCheck.check(file).problems()).isEmpty();
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      assertThat(driver.grow(256 * MIB).sizeBytes()).isEqualTo(256 * MIB);
    }
  }

  private static boolean hasCheckpoint(Pool pool) throws Exception {
    try {
      pool.log.checkpoint();
      return true;
    } catch (DeviceException stillFull) {
      return false;
    }
  }

  /** A device whose file system has space for nothing but superblocks, journal and a little. */
  private static RawDevice fullWhile(AtomicBoolean full, RawDevice device) {
    long held = (PoolLayout.JOURNAL_EXTENT + PoolLayout.journalExtents(64 * MIB)) * 65536L;
    return (RawDevice)
        Proxy.newProxyInstance(
            RawDevice.class.getClassLoader(),
            new Class<?>[] {RawDevice.class},
            (proxy, method, arguments) -> {
              if (full.get() && method.getName().equals("write") && (long) arguments[0] >= held) {
                throw new DeviceException("simulated: no space", true);
              }
              try {
                return method.invoke(device, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aCrashAtAnyCallLeavesTheOldSizeOrTheNewOne() throws Exception {
    boolean grown = false;
    for (int call = 1; !grown; call++) {
      SimulatedDevice disk = new SimulatedDevice(40 * MIB);
      PoolState.format(disk, new UUID(1, 2));
      EngineVolumeDriver driver = EngineVolumeDriver.open(disk, Clock.systemUTC(), MIB);
      driver.create(VOLUME, 64 * MIB);
      BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE);
      write(device, 0);
      write(device, 1);
      disk.setSize(42 * MIB);
      disk.dieAfter(call);
      try {
        driver.grow(42 * MIB);
        grown = true;
        // The first of the new space is in use at once.
        write(device, 2);
      } catch (VolumeException | BlockException died) {
        assertThat(disk.isDead()).isTrue();
      }
      disk.die();
      driver.abandon();
      SimulatedDevice left = disk.afterDeath(new Random(call));

      assertThat(PoolCheck.check(left).problems()).as("death at call %d", call).isEmpty();
      EngineVolumeDriver again = EngineVolumeDriver.open(left, Clock.systemUTC(), MIB);
      assertThat(again.space().sizeBytes()).isIn(40 * MIB, 42 * MIB);
      if (grown) {
        assertThat(again.space().sizeBytes()).isEqualTo(42 * MIB);
      }
      assertHolds(again, 2);
      again.close();
      assertThat(PoolCheck.check(left).problems()).isEmpty();
    }
  }

  /** Writes a block to one extent after the other until the pool is full; returns the next. */
  private static int fill(BlockDevice device, int from) {
    int at = from;
    try {
      while (true) {
        write(device, at);
        at++;
      }
    } catch (BlockException full) {
      assertThat(full.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
    }
    return at;
  }

  private static void write(BlockDevice device, int extent) throws BlockException {
    ByteBuffer block = ByteBuffer.allocateDirect(4096).putInt(0, extent + 1);
    BlockingIo.write(device, extent * 65536L, block, Durability.DURABLE);
  }

  private static void assertHolds(EngineVolumeDriver driver, int extents) throws Exception {
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(4096);
      for (int extent = 0; extent < extents; extent++) {
        BlockingIo.read(device, extent * 65536L, block);
        assertThat(block.getInt(0)).isEqualTo(extent + 1);
      }
    }
  }
}
