/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.key.KeyVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the layers that deleted snapshots leave behind. */
class EngineMergeTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final int SIZE = 24 * EXTENT;
  private static final VolumeName VOLUME = new VolumeName("volume");

  private PagedDevice device;
  private EngineVolumeDriver driver;

  @BeforeEach
  void openPool() throws Exception {
    device = new PagedDevice(64L << 20);
    PoolState.format(device, new UUID(7, 7));
    open();
    driver.create(VOLUME, SIZE);
  }

  /** Whatever was merged, when all volumes are gone nothing of them is on the device. */
  @AfterEach
  void closePool() throws Exception {
    driver.close();
    assertThat(CrashVerdict.ofEnd(device, KeyVault.none())).isNull();
  }

  @Test
  void aDeletedSnapshotLeavesOneLayerAndTheSameContent() throws Exception {
    write(0, filled(SIZE / 2, 1));
    snapshot("before");
    write(EXTENT / 2, filled(EXTENT, 2));

    driver.delete(new VolumeName("before"));
    awaitChain(VOLUME, 1);

    byte[] expected = Arrays.copyOf(filled(SIZE / 2, 1), SIZE);
    Arrays.fill(expected, EXTENT / 2, EXTENT / 2 + EXTENT, (byte) 2);
    assertThat(read(VOLUME)).isEqualTo(expected);
    assertThat(driver.find(VOLUME).orElseThrow().allocatedBytes()).isEqualTo(SIZE / 2);
  }

  @Test
  void anExtentThatOnlyTheSnapshotHeldMovesWithoutACopy() throws Exception {
    write(0, filled(SIZE, 1));
    snapshot("before");
    reopen();
    Set<Integer> places = pagesHolding((byte) 1);

    driver.delete(new VolumeName("before"));
    awaitChain(VOLUME, 1);
    reopen();

    // A copy would lie elsewhere: its source is scrubbed only when nothing names it any more.
    assertThat(pagesHolding((byte) 1)).hasSize(SIZE / BLOCK).isEqualTo(places);
    assertThat(driver.space().dirtyBytes()).isZero();
    assertThat(driver.space().ownedBytes()).isEqualTo(SIZE);
    assertThat(read(VOLUME)).isEqualTo(filled(SIZE, 1));
  }

  @Test
  void zeroesOfTheUpperLayerStillHideWhatTheLowerHad() throws Exception {
    write(0, filled(4 * EXTENT, 1));
    snapshot("before");
    try (BlockDevice open = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.discard(open, BLOCK, 2 * EXTENT);
    }

    driver.delete(new VolumeName("before"));
    awaitChain(VOLUME, 1);
    reopen();

    byte[] expected = Arrays.copyOf(filled(4 * EXTENT, 1), SIZE);
    Arrays.fill(expected, BLOCK, BLOCK + 2 * EXTENT, (byte) 0);
    assertThat(read(VOLUME)).isEqualTo(expected);
  }

  @Test
  void theLayerOfADeletedImageStaysApartFromItsLastClone() throws Exception {
    write(0, filled(SIZE, 1));
    driver.seal(VOLUME);
    VolumeName clone = new VolumeName("clone");
    driver.clone(VOLUME, List.of(clone));

    driver.delete(VOLUME);
    reopen();

    assertThat(driver.chainLength(clone)).isEqualTo(2);
    assertThat(read(clone)).isEqualTo(filled(SIZE, 1));
  }

  @Test
  void readersSeeOneContentWhileLayersMergeUnderThem() throws Exception {
    byte[] content = new byte[SIZE];
    new Random(5).nextBytes(content);
    write(0, content);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Integer> reader =
        CompletableFuture.supplyAsync(() -> readUntil(done, content));
    Random random = new Random(6);
    for (int round = 0; round < 40; round++) {
      snapshot("s" + round);
      for (int i = 0; i < 30; i++) {
        int at = random.nextInt(SIZE / BLOCK) * BLOCK;
        write(at, Arrays.copyOfRange(content, at, at + BLOCK));
      }
      if (round > 0) {
        driver.delete(new VolumeName("s" + (round - 1)));
      }
    }
    driver.delete(new VolumeName("s39"));
    awaitChain(VOLUME, 1);
    done.set(true);

    assertThat(reader.get(1, TimeUnit.MINUTES)).isPositive();
  }

  @Test
  void snapshotsDeletedInAnyOrderLeaveTheOthersAsTheyWere() throws Exception {
    for (int seed = 1; seed <= 12; seed++) {
      Random random = new Random(seed);
      VolumeName name = new VolumeName("v" + seed);
      driver.create(name, SIZE);
      byte[] content = new byte[SIZE];
      Map<VolumeName, byte[]> snapshots = new HashMap<>();
      for (int step = 0; step < 120; step++) {
        change(random, name, content, (byte) (step + 1));
        if (random.nextInt(6) == 0) {
          VolumeName snapshot = new VolumeName("v" + seed + "-" + step);
          driver.snapshot(name, snapshot);
          snapshots.put(snapshot, content.clone());
        } else if (random.nextInt(5) == 0 && !snapshots.isEmpty()) {
          List<VolumeName> names = new ArrayList<>(snapshots.keySet());
          VolumeName gone = names.get(random.nextInt(names.size()));
          driver.delete(gone);
          snapshots.remove(gone);
        } else if (random.nextInt(40) == 0) {
          reopen();
        }
      }
      awaitChain(name, 1 + snapshots.size());
      assertThat(read(name)).as("seed %d", seed).isEqualTo(content);
      for (Map.Entry<VolumeName, byte[]> snapshot : snapshots.entrySet()) {
        assertThat(read(snapshot.getKey()))
            .as("seed %d, %s", seed, snapshot.getKey())
            .isEqualTo(snapshot.getValue());
        driver.delete(snapshot.getKey());
      }
      awaitChain(name, 1);
      assertThat(read(name)).as("seed %d", seed).isEqualTo(content);
      driver.delete(name);
    }
  }

  private void change(Random random, VolumeName name, byte[] content, byte value) throws Exception {
    int from = random.nextInt(SIZE / 512) * 512;
    int length = Math.min(SIZE - from, (1 + random.nextInt(300)) * 512);
    int kind = random.nextInt(4);
    byte now = kind < 2 ? value : 0;
    try (BlockDevice open = driver.open(name, AccessMode.READ_WRITE)) {
      if (kind < 2) {
        BlockingIo.write(open, from, direct(filled(length, now)), Durability.VISIBLE);
      } else if (kind == 2) {
        BlockingIo.discard(open, from, length);
      } else {
        BlockingIo.writeZeroes(open, from, length, Provisioning.KEEP, Durability.VISIBLE);
      }
    }
    Arrays.fill(content, from, from + length, now);
  }

  private int readUntil(AtomicBoolean done, byte[] content) {
    int reads = 0;
    try (BlockDevice open = driver.open(VOLUME, AccessMode.READ_ONLY)) {
      while (!done.get()) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE);
        BlockingIo.read(open, 0, bytes);
        byte[] seen = new byte[SIZE];
        bytes.get(seen);
        assertThat(seen).isEqualTo(content);
        reads++;
      }
      return reads;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Pages of the device that are filled with that. */
  private Set<Integer> pagesHolding(byte value) {
    byte[] filled = filled(BLOCK, value);
    Set<Integer> pages = new TreeSet<>();
    for (int page = device.nextNonZero(0); page >= 0; page = device.nextNonZero(page + 1)) {
      if (Arrays.equals(device.page(page), filled)) {
        pages.add(page);
      }
    }
    return pages;
  }

  private void awaitChain(VolumeName name, int length) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (driver.chainLength(name) != length && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(driver.chainLength(name)).isEqualTo(length);
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), 4 << 20);
  }

  private void reopen() throws Exception {
    driver.close();
    open();
  }

  private void snapshot(String name) throws Exception {
    driver.snapshot(VOLUME, new VolumeName(name));
  }

  private void write(int offset, byte[] bytes) throws Exception {
    try (BlockDevice open = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(open, offset, direct(bytes), Durability.VISIBLE);
    }
  }

  private byte[] read(VolumeName name) throws Exception {
    try (BlockDevice open = driver.open(name, AccessMode.READ_ONLY)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect((int) open.geometry().sizeBytes());
      BlockingIo.read(open, 0, bytes);
      byte[] read = new byte[bytes.remaining()];
      bytes.get(read);
      return read;
    }
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
