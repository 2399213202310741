/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.check.PoolCheck;
import io.lunette.engine.key.MemoryVault;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clones of clones: what each layer of a long chain reads, and what is left of it in the end. */
class EngineChainTest {

  private static final int EXTENT = 64 * 1024;
  private static final int BLOCK = 4096;

  /** What is written to lies around the border of two pages of a map. */
  private static final long FROM = 501L * EXTENT;

  private static final int BYTES = 6 * EXTENT;
  private static final int BLOCKS = BYTES / BLOCK;
  private static final long SIZE = 510L * EXTENT;

  /** Every other word of what is written; the others say by whom. */
  private static final long STAMP = 0x4C554E455454455AL;

  private static final long CACHE_BYTES = 8 << 20;

  private PagedDevice device = new PagedDevice(256L << 20);
  private final MemoryVault vault = new MemoryVault();
  private EngineVolumeDriver driver;

  /** By volume, who wrote each block last; 0 for nobody, whose block is zero. */
  private final Map<VolumeName, int[]> model = new LinkedHashMap<>();

  private int writes;

  @BeforeEach
  void openPool() throws Exception {
    PoolState.format(device, new UUID(7, 7));
    open();
  }

  @AfterEach
  void closePool() throws Exception {
    driver.close();
    assertThat(PoolCheck.check(device).problems()).isEmpty();
  }

  @Test
  void eachOf64LayersReadsWhatItShouldWhateverIsDeleted() throws Exception {
    Random random = new Random(64);
    VolumeName top = build(64, false, random);
    assertThat(driver.chainLength(top)).isEqualTo(64);
    assertAllRead(Integer.MAX_VALUE, random);
    reopen();
    assertAllRead(Integer.MAX_VALUE, random);

    deleteAllInTurn(random, 8);

    assertNothingIsLeft();
  }

  @Test
  void aChainOfAsManyLayersAsMayBeIsReadAndDeletedLikeAnother() throws Exception {
    Random random = new Random(1024);
    VolumeName top = build(VolumeDirectory.LAYERS_MAX, false, random);
    assertThat(driver.chainLength(top)).isEqualTo(VolumeDirectory.LAYERS_MAX);
    assertAllRead(24, random);
    reopen();
    assertAllRead(24, random);

    deleteAllInTurn(random, 128);

    assertNothingIsLeft();
  }

  @Test
  void whatLiesOnAsManyLayersAsMayBeIsClonedOnlyIndependently() throws Exception {
    VolumeName top = build(VolumeDirectory.LAYERS_MAX, false, new Random(3));
    int[] content = model.get(top);
    List<VolumeName> snapshots = new ArrayList<>();
    for (int i = 0; i < VolumeDirectory.SNAPSHOTS_MORE; i++) {
      snapshots.add(new VolumeName("snapshot-" + i));
      driver.snapshot(top, snapshots.get(i));
    }
    VolumeName more = new VolumeName("more");
    assertThatThrownBy(() -> driver.snapshot(top, more))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("1088 layers")
        .hasMessageContaining("delete snapshots")
        .extracting(e -> ((VolumeException) e).kind())
        .isEqualTo(VolumeException.Kind.BUSY);
    assertThatThrownBy(() -> driver.clone(snapshots.get(0), List.of(more)))
        .isInstanceOf(VolumeException.class)
        .hasMessageContaining("make an independent clone");
    assertThat(driver.find(more)).isEmpty();

    driver.copy(snapshots.get(9), more).result().toCompletableFuture().get(1, TimeUnit.MINUTES);
    for (VolumeName snapshot : snapshots) {
      driver.delete(snapshot);
    }
    for (VolumeName name : List.copyOf(model.keySet())) {
      driver.delete(name);
      model.remove(name);
    }

    assertThat(driver.chainLength(more)).isEqualTo(1);
    assertReads(more, content);
    driver.delete(more);
    assertNothingIsLeft();
  }

  /** The layers of deleted volumes with keys stay apart, so the last to go gives up all at once. */
  @Test
  void aLongChainThatOnlyItsTopKeepsIsGivenUpAtOnce() throws Exception {
    VolumeName top = build(200, true, new Random(2));
    for (VolumeName name : List.copyOf(model.keySet())) {
      if (!name.equals(top)) {
        driver.delete(name);
        model.remove(name);
      }
    }
    assertThat(driver.chainLength(top)).isEqualTo(200);
    assertReads(top, model.get(top));

    driver.delete(top);
    model.remove(top);

    assertNothingIsLeft();
  }

  @Test
  void layersWithKeysReadWhatTheyShouldWhateverIsDeleted() throws Exception {
    Random random = new Random(5);
    VolumeName top = build(8, true, random);
    assertThat(driver.chainLength(top)).isEqualTo(8);
    assertAllRead(Integer.MAX_VALUE, random);
    reopen();
    assertAllRead(Integer.MAX_VALUE, random);

    deleteAllInTurn(random, 3);

    assertNothingIsLeft();
  }

  @Test
  void anEraseOfTheTopTakesItsBytesAndLeavesWhatItLiesOn() throws Exception {
    Random random = new Random(6);
    VolumeName top = build(64, false, random);
    VolumeName below = new VolumeName("v62");
    write(top, 0, 1000);

    driver
        .erase(top, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);

    assertReads(top, model.get(below));
    assertThat(stampsOnTheDevice(1000)).isZero();
    assertAllReadBut(top, random);
  }

  @Test
  void sealingAndCloningForEverDoesNotGrowTheChain() throws Exception {
    Random random = new Random(7);
    VolumeName top = build(1, false, random);
    for (int round = 1; round <= 60; round++) {
      VolumeName next = new VolumeName("round-" + round);
      next(top, next, false, random);
      driver.delete(top);
      model.remove(top);
      top = next;
    }
    VolumeName last = top;

    EncryptedPool.awaitTrue(() -> driver.chainLength(last) == 2);
    assertReads(last, model.get(last));
    reopen();
    assertReads(last, model.get(last));
    driver.delete(last);
    model.remove(last);
    assertNothingIsLeft();
  }

  @Test
  void anEraseStillFindsWhatAVolumeLiesOnWhenThatWasMerged() throws Exception {
    Random random = new Random(8);
    VolumeName top = build(12, false, random);
    int[] origin = model.get(new VolumeName("v10"));
    for (int layer = 0; layer < 11; layer++) {
      driver.delete(new VolumeName("v" + layer));
      model.remove(new VolumeName("v" + layer));
    }
    EncryptedPool.awaitTrue(() -> driver.chainLength(top) == 2);
    assertReads(top, model.get(top));
    assertThat(stampsOnTheDevice(writes)).isPositive();

    driver
        .erase(top, EraseRequest.zeroFillVerified())
        .result()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);

    assertReads(top, origin);
    for (int writer = writes - 2; writer <= writes; writer++) {
      assertThat(stampsOnTheDevice(writer)).as("what the top wrote").isZero();
    }
  }

  /** The pool is filled in the end, so that every extent that a merge gave up is another's. */
  @Test
  void readersSeeOneContentWhileLayersMergeBelowThemAndTheirSpaceIsReused() throws Exception {
    driver.close();
    device = new PagedDevice(64L << 20);
    openPool();
    Random random = new Random(9);
    VolumeName top = build(48, false, random);
    int[] expected = model.get(top);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Integer> reader =
        CompletableFuture.supplyAsync(() -> readUntil(done, top, expected));
    List<VolumeName> below = new ArrayList<>(model.keySet());
    below.remove(top);
    // Two names stay: what lies below the top is more than one layer for good.
    below.remove(new VolumeName("v20"));
    below.remove(new VolumeName("v40"));
    Collections.shuffle(below, random);
    for (VolumeName name : below) {
      driver.delete(name);
      LockSupport.parkNanos(2_000_000);
    }
    EncryptedPool.awaitTrue(() -> driver.chainLength(top) == 4);
    fillThePool();
    done.set(true);

    assertThat(reader.get(1, TimeUnit.MINUTES)).isPositive();
    assertReads(top, expected);
    assertThat(driver.space().dirtyBytes()).isZero();
  }

  private void fillThePool() throws Exception {
    VolumeName filler = new VolumeName("filler");
    driver.create(filler, device.sizeBytes());
    ByteBuffer bytes = ByteBuffer.allocateDirect(EXTENT);
    while (bytes.hasRemaining()) {
      bytes.put((byte) 0x5A);
    }
    try (BlockDevice open = driver.open(filler, AccessMode.READ_WRITE)) {
      for (long at = 0; at < device.sizeBytes(); at += EXTENT) {
        BlockingIo.write(open, at, bytes.clear(), Durability.VISIBLE);
      }
      throw new AssertionError("more was written than the pool has");
    } catch (BlockException full) {
      assertThat(full.kind()).isEqualTo(BlockException.Kind.OUT_OF_SPACE);
    }
  }

  private int readUntil(AtomicBoolean done, VolumeName name, int[] expected) {
    int reads = 0;
    try (BlockDevice open = driver.open(name, AccessMode.READ_ONLY)) {
      while (!done.get()) {
        assertThat(read(open)).isEqualTo(expected);
        reads++;
      }
      return reads;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A chain of volumes v0, v1 and so on, each sealed but the last, which is the result. */
  private VolumeName build(int layers, boolean keyed, Random random) throws Exception {
    VolumeName top = new VolumeName("v0");
    driver.create(top, SIZE);
    model.put(top, new int[BLOCKS]);
    change(top, random);
    for (int layer = 1; layer < layers; layer++) {
      VolumeName next = new VolumeName("v" + layer);
      next(top, next, keyed, random);
      top = next;
    }
    return top;
  }

  private void next(VolumeName below, VolumeName name, boolean keyed, Random random)
      throws Exception {
    driver.seal(below);
    if (keyed) {
      driver.cloneEncrypted(below, List.of(name));
    } else {
      driver.clone(below, List.of(name));
    }
    model.put(name, model.get(below).clone());
    change(name, random);
  }

  /** Writes three blocks and gives one up; no block of two layers is alike. */
  private void change(VolumeName name, Random random) throws Exception {
    for (int i = 0; i < 3; i++) {
      write(name, random.nextInt(BLOCKS), ++writes);
    }
    int block = random.nextInt(BLOCKS);
    long offset = FROM + (long) block * BLOCK;
    try (BlockDevice open = driver.open(name, AccessMode.READ_WRITE)) {
      if (random.nextBoolean()) {
        BlockingIo.discard(open, offset, BLOCK);
      } else {
        BlockingIo.writeZeroes(open, offset, BLOCK, Provisioning.KEEP, Durability.VISIBLE);
      }
    }
    model.get(name)[block] = 0;
  }

  private void write(VolumeName name, int block, int writer) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK);
    while (bytes.hasRemaining()) {
      bytes.putLong(STAMP).putLong(writer);
    }
    try (BlockDevice open = driver.open(name, AccessMode.READ_WRITE)) {
      BlockingIo.write(open, FROM + (long) block * BLOCK, bytes.flip(), Durability.VISIBLE);
    }
    model.get(name)[block] = writer;
  }

  /** Deletes all volumes in a random order, and opens the pool anew after every so many. */
  private void deleteAllInTurn(Random random, int reopenEvery) throws Exception {
    List<VolumeName> names = new ArrayList<>(model.keySet());
    Collections.shuffle(names, random);
    int deleted = 0;
    for (VolumeName name : names) {
      driver.delete(name);
      model.remove(name);
      deleted++;
      if (deleted % reopenEvery == 0) {
        reopen();
        assertAllRead(24, random);
      }
    }
  }

  private void assertAllReadBut(VolumeName name, Random random) throws Exception {
    model.remove(name);
    assertAllRead(Integer.MAX_VALUE, random);
  }

  /** Reads all volumes, or so many of them. */
  private void assertAllRead(int most, Random random) throws Exception {
    List<VolumeName> names = new ArrayList<>(model.keySet());
    Collections.shuffle(names, random);
    for (VolumeName name : names.subList(0, Math.min(most, names.size()))) {
      assertReads(name, model.get(name));
    }
  }

  private void assertReads(VolumeName name, int[] expected) throws Exception {
    try (BlockDevice open = driver.open(name, AccessMode.READ_ONLY)) {
      assertThat(read(open)).as(name.value()).isEqualTo(expected);
    }
  }

  /** By block who wrote it; the whole of it has to be his. */
  private static int[] read(BlockDevice volume) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
    BlockingIo.read(volume, FROM, bytes);
    bytes.clear();
    int[] writers = new int[BLOCKS];
    for (int block = 0; block < BLOCKS; block++) {
      ByteBuffer one = bytes.slice(block * BLOCK, BLOCK);
      long writer = one.getLong(Long.BYTES);
      long stamp = writer == 0 ? 0 : STAMP;
      while (one.hasRemaining()) {
        assertThat(one.getLong()).isEqualTo(stamp);
        assertThat(one.getLong()).isEqualTo(writer);
      }
      writers[block] = (int) writer;
    }
    return writers;
  }

  private void assertNothingIsLeft() throws Exception {
    assertThat(model).isEmpty();
    EncryptedPool.awaitTrue(
        () -> driver.space().ownedBytes() == 0 && driver.space().dirtyBytes() == 0);
    assertThat(stampsOnTheDevice(0)).isZero();
  }

  /** Blocks of the device with words of what that writer wrote, or any for 0. */
  private int stampsOnTheDevice(int writer) throws Exception {
    byte[] bytes = new byte[1 << 20];
    int found = 0;
    for (long at = 0; at < device.sizeBytes(); at += bytes.length) {
      ByteBuffer words = ByteBuffer.wrap(bytes);
      device.read(at, words);
      for (int i = 0; i + 2 * Long.BYTES <= bytes.length; i += Long.BYTES) {
        if (words.getLong(i) == STAMP && (writer == 0 || words.getLong(i + Long.BYTES) == writer)) {
          found++;
          i = (i / BLOCK + 1) * BLOCK - Long.BYTES;
        }
      }
    }
    return found;
  }

  private void open() throws Exception {
    driver = EngineVolumeDriver.open(device, Clock.systemUTC(), CACHE_BYTES, vault);
  }

  private void reopen() throws Exception {
    driver.close();
    open();
  }
}
