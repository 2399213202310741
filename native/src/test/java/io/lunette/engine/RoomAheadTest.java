/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.ScratchDevices;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.check.PoolReport;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Space that a sparse file has before it is written. */
class RoomAheadTest {

  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final int EXTENT = PoolLayout.EXTENT_BYTES;
  private static final long MIB = 1 << 20;
  private static final long MARK = 0x5ca1ab1e0ff1ceL;

  private static final Set<Thread.State> IDLE =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  @TempDir Path directory;

  @Test
  void extentsHaveSpaceBeforeTheyAreWrittenAndGiveItBackAtTheEnd() throws Exception {
    SparseDevice device = new SparseDevice(256 * MIB);
    PoolState.format(device, new UUID(7, 7));
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20)) {
      driver.create(VOLUME, 64 << 20);
      try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
        write(volume, 0, 600);
      }
      assertThat(device.dealt.cardinality()).isEqualTo(600);
      assertThat(device.writtenWithoutSpace).as("dealt").isZero();
      assertThat(device.allocated.cardinality()).isGreaterThan(600);
    }
    assertThat(device.allocated).as("what is not in use was given back").isEqualTo(device.dealt);
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  /** A reservation whose commit ends when the pool has given back all others. */
  @Test
  void whatIsReservedWhileThePoolClosesIsGivenBackToo() throws Exception {
    SparseDevice device = new SparseDevice(256 * MIB);
    PoolState.format(device, new UUID(7, 7));
    EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
    driver.create(VOLUME, 64 << 20);
    BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE);
    write(volume, 0, 1);
    device.holdsCommits = true;
    for (int i = 1; device.committing.getCount() > 0; i++) {
      begin(volume, i);
      boolean unused = device.committing.await(2, TimeUnit.MILLISECONDS);
    }

    FutureTask<Void> closed =
        new FutureTask<>(
            () -> {
              driver.close();
              return null;
            });
    Thread closing = new Thread(closed);
    closing.start();
    while (closing.isAlive() && !IDLE.contains(closing.getState())) {
      Thread.onSpinWait();
    }
    device.goOn.countDown();
    closed.get(1, TimeUnit.MINUTES);

    assertThat(device.allocated).isEqualTo(device.dealt);
    try (EngineVolumeDriver again = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20)) {
      assertThat(again.space().dirtyBytes()).isZero();
    }
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void aFileSystemThatGivesNoneIsWrittenToAllTheSame() throws Exception {
    SparseDevice device = new SparseDevice(256 * MIB);
    device.refuses = true;
    PoolState.format(device, new UUID(7, 7));
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20)) {
      driver.create(VOLUME, 64 << 20);
      try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
        write(volume, 0, 100);
      }
    }
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  /** By whoever waits for the extents, and by who commits for others. */
  @Test
  void wantOfMemoryOnTheWayToSpaceKeepsNoExtentFromThoseWhoWrite() throws Exception {
    SparseDevice device = new SparseDevice(256 * MIB);
    device.breaks = true;
    PoolState.format(device, new UUID(7, 7));
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20)) {
      driver.create(VOLUME, 64 << 20);
      try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
        write(volume, 0, 600);
      }
    }
    PoolReport report = PoolCheck.check(device);
    assertThat(report.problems()).isEmpty();
    assertThat(report.usage().reserved()).isZero();
  }

  @Test
  void aSparsePoolOnExt4HoldsWhatIsInUseWhenItIsClosed() throws Exception {
    try (var mount = ScratchDevices.mount("ext4", directory, 1024 * MIB)) {
      Path pool = mount.directory().resolve("pool");
      EngineVolumeDriver.createPool(pool, 4096 * MIB);
      long empty = held(pool);
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
        driver.create(VOLUME, 64 << 20);
        try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
          write(volume, 0, 16);
          assertThat(held(pool) - empty).as("whole batches").isGreaterThan(16 * MIB);
        }
      }
      assertThat(held(pool) - empty).as("16 extents and metadata").isBetween(MIB, 4 * MIB);
      assertThat(PoolCheck.check(pool).problems()).isEmpty();
    }
  }

  @Test
  void aFileSystemWithLittleLeftKeepsItForThoseWhoWrite() throws Exception {
    try (var mount = ScratchDevices.mount("ext4", directory, 256 * MIB)) {
      Path pool = mount.directory().resolve("pool");
      EngineVolumeDriver.createPool(pool, 4096 * MIB);
      try (EngineVolumeDriver driver = EngineVolumeDriver.open(pool, Clock.systemUTC())) {
        driver.create(VOLUME, 64 << 20);
        long before = held(pool);
        try (BlockDevice volume = driver.open(VOLUME, AccessMode.READ_WRITE)) {
          write(volume, 0, 16);
          BlockingIo.flush(volume);
        }
        assertThat(held(pool) - before).isLessThan(4 * MIB);
      }
    }
  }

  /** Keeps account of the space that was asked for. */
  private static final class SparseDevice extends PagedDevice {

    private final BitSet allocated = new BitSet();
    private final BitSet dealt = new BitSet();
    private final CountDownLatch committing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private int writtenWithoutSpace;
    private boolean refuses;
    private boolean breaks;
    private volatile boolean holdsCommits;

    SparseDevice(long sizeBytes) {
      super(sizeBytes);
    }

    @Override
    public Set<Feature> features() {
      return Set.of(Feature.ALLOCATE, Feature.PUNCH_HOLE);
    }

    @Override
    public synchronized void allocate(long offsetBytes, long lengthBytes) throws DeviceException {
      if (refuses) {
        throw new DeviceException("no space", true);
      }
      if (breaks) {
        throw new OutOfMemoryError("simulated");
      }
      allocated.set(extent(offsetBytes), extent(offsetBytes + lengthBytes));
    }

    @Override
    public synchronized void punchHole(long offsetBytes, long lengthBytes) {
      allocated.clear(extent(offsetBytes), extent(offsetBytes + lengthBytes));
    }

    @Override
    public void write(long offset, ByteBuffer source) throws DeviceException {
      if (source.getLong(source.position()) == MARK) {
        synchronized (this) {
          dealt.set(extent(offset));
          writtenWithoutSpace += allocated.get(extent(offset)) ? 0 : 1;
        }
      }
      super.write(offset, source);
    }

    @Override
    public void writeDurably(long offset, ByteBuffer source) throws DeviceException {
      if (holdsCommits) {
        committing.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          throw new DeviceException("interrupted");
        }
      }
      super.writeDurably(offset, source);
    }

    private static int extent(long offset) {
      return Math.toIntExact(offset / EXTENT);
    }
  }

  private static long held(Path file) throws Exception {
    Process du = new ProcessBuilder("du", "-B1", file.toString()).start();
    String output = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(du.waitFor()).isZero();
    return Long.parseLong(output.split("\\s")[0]);
  }

  /** Begins a write, which may have to wait for an extent. */
  private static void begin(BlockDevice volume, int extent) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(4096).putLong(0, MARK);
    volume.write(
        (long) extent * EXTENT,
        bytes,
        Durability.VISIBLE,
        new IoCompletion() {
          @Override
          public void completed() {}

          @Override
          public void failed(BlockException failure) {
            throw new AssertionError(failure);
          }
        });
  }

  private static void write(BlockDevice volume, int from, int count) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(4096).putLong(0, MARK);
    for (int i = from; i < from + count; i++) {
      BlockingIo.write(volume, (long) i * EXTENT, bytes, Durability.VISIBLE);
    }
  }
}
