/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

import io.lunette.bench.report.PageCache;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.key.KeyFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/**
 * A plain volume, clones of it, a raw file and qcow2 overlays of the same size in one directory.
 * The volume and the file are written whole before anything is measured.
 */
final class VolumeBench implements AutoCloseable {

  private static final VolumeName PLAIN = new VolumeName("plain");
  private static final VolumeName IMAGE = new VolumeName("image");
  private static final VolumeName KEYED = new VolumeName("keyed");
  private static final String RAW_FILE = "raw file";
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;
  private static final int SMALL = 4 * KIB;
  private static final int EXTENT = 64 * KIB;

  /** What is reserved ahead of first writes is a share of the pool. */
  private static final int POOL_TO_VOLUME = 20;

  private final Path directory;
  private final long sizeBytes;
  private final int operations;
  private final Predicate<String> only;
  private final EngineVolumeDriver driver;
  private final BlockDevice plain;
  private final RawFile file;
  private final List<Duel> duels = new ArrayList<>();
  private final List<Skipped> skipped = new ArrayList<>();
  private int clones;

  /**
   * Makes them.
   *
   * @param only the works, by their names, that are to be measured
   */
  VolumeBench(Path directory, long sizeBytes, int operations, Predicate<String> only)
      throws VolumeException, BlockException, IOException {
    this.directory = directory;
    this.sizeBytes = sizeBytes;
    this.operations = operations;
    this.only = only;
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, POOL_TO_VOLUME * sizeBytes);
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC(), KeyFile.at(directory.resolve("key")));
    driver.create(PLAIN, sizeBytes);
    driver.create(IMAGE, sizeBytes);
    file = new RawFile(directory.resolve("file"), sizeBytes);
    age();
    Load everything = everything();
    try (BlockDevice image = driver.open(IMAGE, AccessMode.READ_WRITE)) {
      long ignored = everything.run(image);
      BlockingIo.flush(image);
    }
    driver.seal(IMAGE);
    plain = driver.open(PLAIN, AccessMode.READ_WRITE);
    for (BlockDevice device : List.of(plain, file)) {
      long ignored = everything.run(device);
      BlockingIo.flush(device);
    }
  }

  /**
   * Makes the file system allocate all of the pool, as it has in one that was in use for a while: a
   * first write is to be held against an overwrite, not against the file system's own first write.
   *
   * <p>The file is written in turn with that part of the pool where the plain volume will lie. Else
   * their pages are of different parts of the machine's memory, and that alone makes a copy of 64
   * KiB up to twice as slow in one as in the other.
   */
  private void age() throws VolumeException, BlockException {
    long room = driver.space().sizeBytes() / MIB * MIB;
    VolumeName filler = new VolumeName("filler");
    driver.create(filler, room);
    ByteBuffer mebibyte = ByteBuffer.allocateDirect(MIB);
    try (BlockDevice device = driver.open(filler, AccessMode.READ_WRITE)) {
      for (long at = 0; at < room; at += MIB) {
        mebibyte.putLong(0, at);
        BlockingIo.write(device, at, mebibyte, Durability.VISIBLE);
        long inFile = at - sizeBytes;
        if (inFile >= 0 && inFile < sizeBytes) {
          BlockingIo.write(file, inFile, mebibyte, Durability.VISIBLE);
        }
      }
    } catch (BlockException e) {
      if (e.kind() != BlockException.Kind.OUT_OF_SPACE) {
        throw e;
      }
    }
    drop(filler);
  }

  /** Deletes a volume and waits until its space is CLEAN again. */
  private void drop(VolumeName name) throws VolumeException {
    driver.delete(name);
    while (driver.space().dirtyBytes() > 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** Everything once; the first round compiles the code and is not kept. */
  List<Duel> run(int rounds) throws VolumeException, BlockException, IOException {
    for (Load.Kind kind : List.of(Load.Kind.READ, Load.Kind.WRITE)) {
      for (int depth : new int[] {1, 16}) {
        againstFile(kind, SMALL, depth, true, rounds);
      }
      againstFile(kind, EXTENT, 4, true, rounds);
      againstFile(kind, EXTENT, 1, false, rounds);
      againstFile(kind, MIB, 4, false, rounds);
    }
    againstFile(Load.Kind.WRITE_DURABLY, SMALL, 1, true, rounds);
    againstFile(Load.Kind.WRITE_DURABLY, SMALL, 16, true, rounds);
    for (int depth : new int[] {1, 16}) {
      firstWrites(Load.Kind.WRITE, depth, rounds);
    }
    for (int depth : new int[] {1, 16}) {
      firstWrites(Load.Kind.WRITE_DURABLY, depth, rounds);
    }
    for (int depth : new int[] {1, 4, 16}) {
      journaledFlushes(depth, rounds);
    }
    encryption(rounds);
    overlays(rounds);
    coldReads(rounds);
    return duels;
  }

  /** What {@link #run} could not measure. */
  List<Skipped> skipped() {
    return skipped;
  }

  private void againstFile(Load.Kind kind, int bytes, int depth, boolean random, int rounds)
      throws BlockException {
    int count = count(kind, bytes);
    String order = random ? "random" : "sequential";
    String name = name(kind, order, bytes, depth);
    if (!only.test(name)) {
      return;
    }
    Duel duel = Duel.of(name, RAW_FILE, count, bytes);
    for (int round = 0; round <= rounds; round++) {
      long[] offsets =
          random
              ? Places.random(sizeBytes, bytes, count, round)
              : Places.sequential(sizeBytes, bytes, count);
      Load load = new Load(kind, bytes, depth, offsets);
      keep(duel, round, settled(load, plain), settled(load, file));
    }
    duels.add(duel);
  }

  /**
   * To a new clone in every round, beside the same writes to blocks that a volume has already. What
   * was scrubbed is not in the page cache, so what is overwritten must not be there either. Both
   * come after as many writes that were flushed and forgotten, so both find memory that was just
   * freed: the kernel copies to memory that was not used for long at a fraction of the speed.
   */
  private void firstWrites(Load.Kind kind, int depth, int rounds)
      throws VolumeException, BlockException, IOException {
    toNewClones(
        kind,
        depth,
        rounds,
        "overwrite of a plain volume, uncached",
        (load, clone, keeper) -> {
          long ignored = forgotten(load, plain);
          keeper.keep(forgotten(load, clone), forgotten(load, plain));
        });
  }

  /**
   * Writes that the journal has to know of, each with a flush behind it, beside the same to a file,
   * where a flush has nothing to record.
   */
  private void journaledFlushes(int depth, int rounds)
      throws VolumeException, BlockException, IOException {
    toNewClones(
        Load.Kind.WRITE_AND_FLUSH,
        depth,
        rounds,
        RAW_FILE,
        (load, clone, keeper) -> keeper.keep(settled(load, clone), settled(load, file)));
  }

  /** Takes the nanoseconds of a round. */
  private interface Keeper {
    void keep(long clone, long other);
  }

  /** One round of first writes: to a clone, and what they are held against. */
  private interface FirstWrites {
    void measure(Load load, BlockDevice clone, Keeper keeper) throws BlockException, IOException;
  }

  private void toNewClones(
      Load.Kind kind, int depth, int rounds, String against, FirstWrites writes)
      throws VolumeException, BlockException, IOException {
    int count = Math.min(count(kind, SMALL), (int) (sizeBytes / SMALL));
    String work = name(kind, "first", SMALL, depth);
    if (!only.test(work)) {
      return;
    }
    Duel duel = Duel.of(work, against, count, SMALL);
    for (int round = 0; round <= rounds; round++) {
      int kept = round;
      Load load = new Load(kind, SMALL, depth, Places.randomOnce(sizeBytes, SMALL, count, round));
      VolumeName name = newClone();
      try (BlockDevice clone = driver.open(name, AccessMode.READ_WRITE)) {
        writes.measure(load, clone, (volume, other) -> keep(duel, kept, volume, other));
      }
      drop(name);
    }
    duels.add(duel);
  }

  /**
   * A volume with a key, in turn with the same on the plain one. Both are written before, for first
   * writes have left nothing of the plain one in the page cache.
   */
  private void encryption(int rounds) throws VolumeException, BlockException {
    if (!only.test("encrypted random")) {
      return;
    }
    driver.createEncrypted(KEYED, sizeBytes, SMALL);
    try (BlockDevice keyed = driver.open(KEYED, AccessMode.READ_WRITE)) {
      for (BlockDevice device : List.of(keyed, plain)) {
        long ignored = settled(everything(), device);
      }
      for (Load.Kind kind : List.of(Load.Kind.READ, Load.Kind.WRITE)) {
        encryption(keyed, kind, SMALL, 1, rounds);
        encryption(keyed, kind, SMALL, 16, rounds);
        encryption(keyed, kind, EXTENT, 4, rounds);
        encryption(keyed, kind, MIB, 4, rounds);
      }
      encryption(keyed, Load.Kind.WRITE_DURABLY, SMALL, 1, rounds);
    }
    drop(KEYED);
  }

  private void encryption(BlockDevice keyed, Load.Kind kind, int bytes, int depth, int rounds)
      throws BlockException {
    int count = count(kind, bytes);
    String name = "encrypted " + name(kind, "random", bytes, depth);
    Duel duel = Duel.of(name, "plain volume", count, bytes);
    for (int round = 0; round <= rounds; round++) {
      Load load = new Load(kind, bytes, depth, Places.random(sizeBytes, bytes, count, round));
      keep(duel, round, settled(load, keyed), settled(load, plain));
    }
    duels.add(duel);
  }

  private Load everything() {
    int count = Math.toIntExact(sizeBytes / MIB);
    return new Load(Load.Kind.WRITE, MIB, 4, Places.sequential(sizeBytes, MIB, count));
  }

  /** Each write to an extent or a cluster of 64 KiB of its own. */
  private void overlays(int rounds) throws VolumeException, BlockException, IOException {
    int count = (int) Math.min(operations, sizeBytes / EXTENT);
    QcowOverlay overlay = new QcowOverlay(directory.resolve("file"), directory.resolve("overlay"));
    if (QemuBench.isInstalled()) {
      againstOverlay(
          "first write, 4 KiB in every 64, depth 1",
          "qcow2 overlay, qemu-img bench",
          rounds,
          seed -> Places.every(sizeBytes, EXTENT, count),
          offsets -> QemuBench.firstWrites(overlay, SMALL, EXTENT, count));
    }
    if (QemuIo.isInstalled()) {
      againstOverlay(
          "first write, 4 KiB in every 64, random order, depth 1",
          "qcow2 overlay, qemu-io",
          rounds,
          seed -> Places.randomOnce(sizeBytes, EXTENT, count, seed),
          offsets -> QemuIo.firstWrites(overlay, SMALL, offsets));
    }
  }

  /** Nanoseconds of writes of 4 KiB to a new overlay. */
  private interface OverlayWrites {
    long measure(long[] offsets) throws IOException;
  }

  private void againstOverlay(
      String work, String against, int rounds, IntFunction<long[]> places, OverlayWrites writes)
      throws VolumeException, BlockException, IOException {
    if (!only.test(work)) {
      return;
    }
    Duel duel = Duel.of(work, against, places.apply(0).length, SMALL);
    for (int round = 0; round <= rounds; round++) {
      long[] offsets = places.apply(round);
      long volume;
      VolumeName name = newClone();
      try (BlockDevice clone = driver.open(name, AccessMode.READ_WRITE)) {
        volume = settled(new Load(Load.Kind.WRITE, SMALL, 1, offsets), clone);
      }
      drop(name);
      keep(duel, round, volume, writes.measure(offsets));
    }
    duels.add(duel);
  }

  /** Last, for the works before them are of what is in the page cache. */
  private void coldReads(int rounds) throws BlockException, IOException {
    coldReads(MIB, 4, false, rounds);
    coldReads(EXTENT, 4, true, rounds);
    coldReads(SMALL, 1, true, rounds);
    coldReads(SMALL, 16, true, rounds);
  }

  /**
   * No place more than once, and few of the small ones: the kernel reads on beside what it has. In
   * order from the middle on: a file that is read from its first byte is read ahead at once, which
   * a volume, that never begins where the pool does, cannot have.
   */
  private void coldReads(int bytes, int depth, boolean random, int rounds)
      throws BlockException, IOException {
    String order = random ? "random" : "sequential";
    String work = "cold " + name(Load.Kind.READ, order, bytes, depth);
    if (!only.test(work)) {
      return;
    }
    if (!PageCache.canBeSeen()) {
      skipped.add(new Skipped(work, RAW_FILE, "fincore is not there to see the page cache"));
      return;
    }
    int count = (int) Math.min(Math.max(1, count(Load.Kind.READ, bytes) / 10), sizeBytes / bytes);
    ColdReads cold = new ColdReads(List.of(directory.resolve("pool"), directory.resolve("file")));
    Duel duel = Duel.of(work, RAW_FILE, count, bytes);
    for (int round = 0; round <= rounds; round++) {
      long[] offsets =
          random
              ? Places.randomOnce(sizeBytes, bytes, count, round)
              : Places.sequentialFrom(sizeBytes / 2, sizeBytes, bytes, count);
      Load load = new Load(Load.Kind.READ, bytes, depth, offsets);
      OptionalLong volume = cold.run(load, plain);
      OptionalLong other = cold.run(load, file);
      if (volume.isEmpty() || other.isEmpty()) {
        String where = Files.getFileStore(directory).type();
        skipped.add(new Skipped(work, RAW_FILE, where + " keeps its pages in memory"));
        return;
      }
      keep(duel, round, volume.getAsLong(), other.getAsLong());
    }
    duels.add(duel);
  }

  private static void keep(Duel duel, int round, long volume, long other) {
    if (round > 0) {
      duel.round(volume, other);
    }
  }

  /** Runs it; what it leaves in the page cache is not written back at the other's expense. */
  private static long settled(Load load, BlockDevice device) throws BlockException {
    long nanos = load.run(device);
    BlockingIo.flush(device);
    return nanos;
  }

  /** Runs it, and leaves nothing of the pool in the page cache. */
  private long forgotten(Load load, BlockDevice device) throws BlockException, IOException {
    long nanos = settled(load, device);
    PageCache.forget(directory.resolve("pool"));
    return nanos;
  }

  private VolumeName newClone() throws VolumeException {
    VolumeName name = new VolumeName("clone-" + clones++);
    driver.clone(IMAGE, List.of(name));
    return name;
  }

  /** Fewer of what takes longer. */
  private int count(Load.Kind kind, int bytes) {
    boolean isFlushed = kind == Load.Kind.WRITE_DURABLY || kind == Load.Kind.WRITE_AND_FLUSH;
    int divisor = isFlushed ? 20 : Math.max(1, bytes / EXTENT);
    return Math.max(1, operations / divisor);
  }

  private static String name(Load.Kind kind, String order, int bytes, int depth) {
    String what =
        switch (kind) {
          case READ -> "read";
          case WRITE -> "write";
          case WRITE_DURABLY -> "durable write";
          case WRITE_AND_FLUSH -> "write and flush";
        };
    return order + " " + what + ", " + bytes / KIB + " KiB, depth " + depth;
  }

  @Override
  public void close() throws VolumeException {
    plain.close();
    file.close();
    driver.close();
  }
}
