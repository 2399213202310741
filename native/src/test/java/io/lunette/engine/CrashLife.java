/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.block.Provisioning;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.CrashModel.Content;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One seeded life of a small pool: random operations on several volumes, each told to the model
 * before and after. Ends after so many steps, or at the first operation that fails.
 */
final class CrashLife {

  static final long POOL_BYTES = 16L << 20;
  static final int MAGIC = 0x5EC2E7A9;
  static final int JOURNAL_EXTENTS = 8;
  private static final int SECTOR = CrashModel.SECTOR;
  private static final int BLOCK_SECTORS = PoolLayout.BLOCK_BYTES / SECTOR;
  private static final int EXTENT_SECTORS = PoolLayout.EXTENT_BYTES / SECTOR;
  private static final int MAX_VOLUMES = 8;
  private static final int MAX_EXTENTS = 6;

  final RecordingDevice device;
  final CrashModel model = new CrashModel();

  /** Key-encryption keys; of a life in three every volume has a key. */
  final RecordingVault vault;

  private final boolean keyed;

  private final Random random;
  private final long cacheBytes;
  private final Map<String, BlockDevice> open = new HashMap<>();

  /** Stamps written to each volume since it was made or erased. */
  private final Map<String, BitSet> stamps = new HashMap<>();

  /** The volume that each snapshot was made of. */
  private final Map<String, String> snapshots = new HashMap<>();

  private EngineVolumeDriver driver;
  private int lastStamp;
  private int lastVolume;

  CrashLife(long seed) throws IOException {
    this.random = new Random(seed);
    this.cacheBytes = seed % 2 == 0 ? 8 << 20 : 32 << 10;
    PagedDevice empty = new PagedDevice(POOL_BYTES);
    format(empty, seed);
    this.device = new RecordingDevice(empty);
    this.keyed = seed % 3 == 0;
    this.vault = new RecordingVault(device::calls);
  }

  /** A pool with a journal so short that its end comes round many times in one life. */
  static void format(RawDevice device, long seed) throws IOException {
    ByteBuffer page = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    for (long generation = 1; generation <= 2; generation++) {
      new Superblock(
              new UUID(7, seed),
              generation,
              POOL_BYTES,
              PoolLayout.JOURNAL_EXTENT,
              JOURNAL_EXTENTS,
              0,
              1,
              true,
              new EnumMap<>(io.lunette.engine.format.TreeKey.Kind.class))
          .encode(page);
      device.write(Superblock.offsetFor(generation), page);
    }
    device.flush();
  }

  /** Lives; returns why it ended early, or null. */
  Exception live(int steps) throws VolumeException {
    try {
      driver = EngineVolumeDriver.open(device, Clock.systemUTC(), cacheBytes, vault);
      driver.encryptNewVolumes(keyed);
    } catch (VolumeException e) {
      return e;
    }
    try {
      for (int step = 0; step < steps; step++) {
        step();
      }
      return null;
    } catch (VolumeException | BlockException | ExecutionException e) {
      return e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      driver.abandon();
    }
  }

  private void step() throws Exception {
    int kind = random.nextInt(100);
    if (model.now.isEmpty() || kind < 4) {
      create();
    } else if (kind < 50) {
      write();
    } else if (kind < 62) {
      zero();
    } else if (kind < 70) {
      flush();
    } else if (kind < 72 && keyed && random.nextBoolean()) {
      cryptoErase();
    } else if (kind < 72) {
      purge();
    } else if (kind < 77) {
      snapshot();
    } else if (kind < 83) {
      cloneOne();
    } else if (kind < 86) {
      rollback();
    } else if (kind < 91) {
      delete();
    } else if (kind < 94) {
      resize();
    } else if (kind < 98) {
      erase();
    } else {
      seal();
    }
  }

  private interface Change {
    void make() throws Exception;
  }

  /** A change that is durable when it returns. {@code told} says to the model what it does. */
  private void change(String what, Change change, Runnable told) throws Exception {
    int start = device.calls();
    try {
      change.make();
    } catch (VolumeException | ExecutionException e) {
      if (e instanceof VolumeException refusal && refusal.kind() == VolumeException.Kind.BUSY) {
        return;
      }
      told.run();
      model.leaveOpen(what, start);
      throw e;
    }
    told.run();
    model.acknowledge(what, start, device.calls());
  }

  private void create() throws Exception {
    if (model.now.size() >= MAX_VOLUMES) {
      return;
    }
    String name = "v" + ++lastVolume;
    int sectors = (1 + random.nextInt(MAX_EXTENTS * 16)) * BLOCK_SECTORS;
    change(
        "create " + name,
        () -> driver.create(new VolumeName(name), (long) sectors * SECTOR),
        () -> add(name, new Content(false, false, new int[sectors])));
  }

  private void add(String name, Content content) {
    model.now.put(name, content);
    stamps.put(name, new BitSet());
  }

  private String any(boolean sealed) {
    List<String> names = new ArrayList<>();
    model.now.forEach(
        (name, content) -> {
          if (content.sealed() == sealed) {
            names.add(name);
          }
        });
    return names.isEmpty() ? null : names.get(random.nextInt(names.size()));
  }

  private BlockDevice opened(String name) throws VolumeException {
    BlockDevice volume = open.get(name);
    if (volume == null) {
      volume = driver.open(new VolumeName(name), AccessMode.READ_WRITE);
      open.put(name, volume);
    }
    return volume;
  }

  private void close(String name) throws BlockException {
    BlockDevice volume = open.remove(name);
    if (volume != null) {
      volume.close();
    }
  }

  private record Range(int from, int to) {}

  private Range range(Content content, boolean wholeBlocks) {
    int sectors = content.stamps().length;
    int unit = wholeBlocks ? BLOCK_SECTORS : 1;
    int from = random.nextInt(sectors / unit) * unit;
    int most = random.nextInt(8) == 0 ? 4 * EXTENT_SECTORS : 3 * BLOCK_SECTORS;
    int length = (1 + random.nextInt(most / unit)) * unit;
    if (random.nextInt(4) == 0) {
      from = from / EXTENT_SECTORS * EXTENT_SECTORS;
      length = EXTENT_SECTORS;
    }
    return new Range(from, Math.min(sectors, from + length));
  }

  private void write() throws Exception {
    String name = any(false);
    if (name == null) {
      return;
    }
    Range range = range(model.now.get(name), false);
    int[] written = new int[range.to - range.from];
    Arrays.fill(written, ++lastStamp);
    BlockDevice volume = opened(name);
    stamps.get(name).set(lastStamp);
    boolean atomic = random.nextInt(5) == 0;
    boolean isDurable = random.nextInt(6) == 0;
    Durability durability = isDurable ? Durability.DURABLE : Durability.VISIBLE;
    long offset = (long) range.from * SECTOR;
    ByteBuffer bytes = bytes(lastStamp, written.length);
    model.writing(device.calls(), name, range.from, written, atomic);
    if (atomic) {
      BlockingIo.writeAtomic(volume, offset, bytes, durability);
    } else {
      BlockingIo.write(volume, offset, bytes, durability);
    }
    model.written(name, range.from, written);
    if (isDurable) {
      model.durable(device.calls());
    }
  }

  /** Of a volume without snapshots nothing is left but what it shows. */
  private void purge() throws Exception {
    String name = any(false);
    if (name == null) {
      return;
    }
    int start = device.calls();
    BlockingIo.purge(opened(name));
    if (name.startsWith("v") && !snapshots.containsValue(name)) {
      forget((BitSet) stamps.get(name).clone());
    }
    model.acknowledge("purge of " + name, start, device.calls());
  }

  /** Of a volume that is open; refused where a snapshot needs the key. */
  private void cryptoErase() throws Exception {
    String name = any(false);
    if (name == null) {
      return;
    }
    BlockDevice volume = opened(name);
    int start = device.calls();
    int[] zeroes = new int[model.now.get(name).stamps().length];
    String what = "cryptographic erase of " + name;
    try {
      BlockingIo.await(volume::cryptoErase);
    } catch (BlockException e) {
      if (e.kind() == BlockException.Kind.UNSUPPORTED) {
        return;
      }
      model.now.put(name, new Content(false, false, zeroes));
      model.leaveOpen(what, start);
      throw e;
    }
    model.now.put(name, new Content(false, false, zeroes));
    model.acknowledge(what, start, device.calls());
  }

  private static ByteBuffer bytes(int stamp, int sectors) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(sectors * SECTOR);
    while (bytes.hasRemaining()) {
      bytes.putInt(MAGIC).putInt(stamp);
    }
    return bytes.flip();
  }

  private void zero() throws Exception {
    String name = any(false);
    if (name == null) {
      return;
    }
    Range range = range(model.now.get(name), random.nextBoolean());
    int[] zeroes = new int[range.to - range.from];
    BlockDevice volume = opened(name);
    model.writing(device.calls(), name, range.from, zeroes, false);
    long offset = (long) range.from * SECTOR;
    long length = (long) zeroes.length * SECTOR;
    if (random.nextBoolean()) {
      BlockingIo.discard(volume, offset, length);
    } else {
      Provisioning kept = random.nextBoolean() ? Provisioning.MAY_RELEASE : Provisioning.KEEP;
      BlockingIo.writeZeroes(volume, offset, length, kept, Durability.VISIBLE);
    }
    model.written(name, range.from, zeroes);
  }

  private void flush() throws Exception {
    if (!open.isEmpty()) {
      BlockDevice volume = open.values().iterator().next();
      int start = device.calls();
      BlockingIo.flush(volume);
      model.acknowledge("flush", start, device.calls());
    }
  }

  private void snapshot() throws Exception {
    String source = any(false);
    if (source == null || model.now.size() >= MAX_VOLUMES) {
      return;
    }
    String name = "s" + ++lastVolume;
    change(
        "snapshot " + name + " of " + source,
        () -> driver.snapshot(new VolumeName(source), new VolumeName(name)),
        () -> {
          add(name, new Content(true, false, model.now.get(source).stamps().clone()));
          snapshots.put(name, source);
        });
  }

  private void cloneOne() throws Exception {
    String source = any(true);
    if (source == null || model.now.size() >= MAX_VOLUMES) {
      return;
    }
    String name = "c" + ++lastVolume;
    boolean full = random.nextInt(3) == 0;
    change(
        (full ? "copy " : "clone ") + name + " of " + source,
        () -> {
          if (full) {
            driver
                .copy(new VolumeName(source), new VolumeName(name))
                .result()
                .toCompletableFuture()
                .get();
          } else {
            driver.clone(new VolumeName(source), List.of(new VolumeName(name)));
          }
        },
        () -> add(name, new Content(false, false, model.now.get(source).stamps().clone())));
  }

  private void rollback() throws Exception {
    String snapshot = any(true);
    String source = snapshot == null ? null : snapshots.get(snapshot);
    if (source == null || !model.now.containsKey(source) || model.now.get(source).sealed()) {
      return;
    }
    close(source);
    change(
        "roll back " + source + " to " + snapshot,
        () -> driver.rollback(new VolumeName(source), new VolumeName(snapshot)),
        () ->
            model.now.put(
                source, new Content(false, false, model.now.get(snapshot).stamps().clone())));
  }

  private void delete() throws Exception {
    String name = any(random.nextBoolean());
    if (name == null) {
      return;
    }
    close(name);
    change(
        "delete " + name, () -> driver.delete(new VolumeName(name)), () -> model.now.remove(name));
  }

  private void resize() throws Exception {
    String name = any(false);
    if (name == null) {
      return;
    }
    int sectors = (1 + random.nextInt(MAX_EXTENTS * 16)) * BLOCK_SECTORS;
    change(
        "resize " + name + " to " + sectors,
        () -> driver.resize(new VolumeName(name), (long) sectors * SECTOR),
        () ->
            model.now.computeIfPresent(
                name,
                (n, content) ->
                    new Content(false, false, Arrays.copyOf(content.stamps(), sectors))));
  }

  private void seal() throws Exception {
    String name = any(false);
    if (name != null) {
      change(
          "seal " + name,
          () -> driver.seal(new VolumeName(name)),
          () -> model.now.computeIfPresent(name, (n, c) -> new Content(true, false, c.stamps())));
    }
  }

  /** Only of volumes that were made empty: those are zero after it. */
  private void erase() throws Exception {
    String name = any(false);
    if (name == null || !name.startsWith("v")) {
      return;
    }
    close(name);
    int sectors = model.now.get(name).stamps().length;
    VolumeName volume = new VolumeName(name);
    EraseRequest request =
        keyed && random.nextBoolean()
            ? new EraseRequest(EraseMethod.CRYPTO, random.nextBoolean())
            : EraseRequest.zeroFillVerified();
    AtomicReference<Job<EraseReport>> job = new AtomicReference<>();
    change(
        "erase " + name + " by " + request.method().label(),
        () -> job.set(driver.erase(volume, request)),
        () -> model.now.put(name, new Content(false, true, new int[sectors])));
    if (job.get() == null) {
      return;
    }
    change(
        "end of the erase of " + name,
        () -> job.get().result().toCompletableFuture().get(60, TimeUnit.SECONDS),
        () -> {
          model.now.put(name, new Content(false, false, new int[sectors]));
          forget(stamps.put(name, new BitSet()));
        });
  }

  /** Notes that these stamps are on the device no more, but for those that a volume shows. */
  private void forget(BitSet gone) {
    for (Content content : model.now.values()) {
      Arrays.stream(content.stamps()).forEach(gone::clear);
    }
    model.erased.or(gone);
  }
}
