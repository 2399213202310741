/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.ExtentRun;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.journal.JournalWriter;
import io.lunette.engine.journal.RecordBuffer;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.map.PageCache;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open pool: the parts of the engine, wired, from the recovery that opening is to the checkpoint
 * that closing is.
 *
 * <p>Read {@link Metadata} for what is known, {@link VolumeIo} for the way of a read and a write,
 * {@link CommitLog} and {@link Checkpointer} for how it becomes durable, {@link Scrubber} for how
 * space comes back.
 */
final class Pool implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Pool.class);
  static final int IO_THREADS = 8;

  final Metadata metadata;
  final RawDevice device;
  final AsideFlush flush;
  final UUID uuid;
  final DeviceFeatures features;
  final CommitLog log;
  final WriteThrough through;
  final ExtentAllocator allocator;
  final ExtentFinder finder;
  final Scrubber scrubber;
  final SpaceWaiters waiters;
  final Merger merger;
  final VolumeDirectory directory;
  final VolumeEnd ends;
  final VolumeLineage lineage;
  final Copier copier;
  final DataPath path;
  final KeyTable keys;
  final PoolGrowth growth;
  final ThreadPoolExecutor io;

  /** Each waits for reads that {@link #io} may not have begun. */
  final ExecutorService cryptoErases;

  private volatile boolean closing;

  final Clock clock;

  final PageStore pages;

  /** Operations of tenants that have come, wherever they are served. */
  final LongAdder operations = new LongAdder();

  private final Checkpointer checkpointer;
  private final JournalWriter journal;
  private final ThreadPoolExecutor checkpoints;

  private Pool(RawDevice device, PoolState state, Clock clock, KeyVault vault) throws IOException {
    this.device = device;
    this.flush = new AsideFlush(device);
    this.features = device.probe(PoolLayout.SCRATCH_OFFSET, PoolLayout.SCRATCH_BYTES);
    this.clock = clock;
    this.metadata = state.metadata();
    PoolTrim trim = new PoolTrim(device, flush, features, metadata);
    Superblock superblock = state.superblock();
    this.uuid = superblock.pool();
    // A jump in the numbers, so that a torn commit's frames can never pass for a later one's.
    long sequence = state.journalEnd().sequence() + (1L << 32);
    this.journal =
        new JournalWriter(
            device,
            superblock.journalExtent(),
            superblock.journalExtents(),
            superblock.pool(),
            state.journalEnd().position(),
            sequence);
    this.pages = state.pages();
    this.finder = new ExtentFinder(metadata, pages);
    this.checkpoints = threads(1, "lunette-checkpoint");
    this.io = threads(IO_THREADS, "lunette-io");
    this.cryptoErases = Executors.newSingleThreadExecutor(r -> daemon(r, "lunette-crypto-erase"));
    this.checkpointer =
        new Checkpointer(
            metadata, device, flush, pages, finder, trim, checkpoints, superblock, state.former());
    this.log = new CommitLog(metadata, device, flush, journal, checkpointer);
    this.allocator = new ExtentAllocator(metadata, finder, log, new RoomAhead(device, features));
    this.path = new DataPath(new LayerDevice(device, trim), metadata, allocator, log);
    this.through = new WriteThrough(path, features);
    this.growth = new PoolGrowth(metadata, device, flush, log, checkpointer);
    this.keys = new KeyTable(this, vault);
    this.scrubber = new Scrubber(this);
    this.waiters = new SpaceWaiters(this);
    this.merger = new Merger(this);
    this.directory = new VolumeDirectory(metadata);
    this.ends = new VolumeEnd(this);
    this.lineage = new VolumeLineage(this);
    this.copier = new Copier(this);
  }

  private static ThreadPoolExecutor threads(int count, String name) {
    return new ThreadPoolExecutor(
        count, count, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), r -> daemon(r, name));
  }

  /** Makes a pool of that size in a new file; leaves none that it has made if that fails. */
  static void create(Path file, long sizeBytes) throws IOException {
    try (RawDevice device = LinuxRawDevice.createFile(file, sizeBytes)) {
      try {
        PoolState.format(device, UUID.randomUUID());
      } catch (IOException | RuntimeException | Error e) {
        deleteQuietly(file, e);
        throw e;
      }
    }
  }

  private static void deleteQuietly(Path file, Throwable cause) {
    try {
      boolean ignored = Files.deleteIfExists(file);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Opens a pool and takes the device over; brings it back from a crash if it was left by one. On
   * return no extent is of unknown content.
   */
  static Pool open(RawDevice device, Clock clock, long cacheBytes, KeyVault vault)
      throws IOException, BlockException {
    PoolState state = PoolState.read(device, new PageCache(cacheBytes)).secured(device);
    Pool pool = new Pool(device, state, clock, vault);
    boolean opened = false;
    try {
      pool.recover(state);
      opened = true;
      return pool;
    } finally {
      if (!opened) {
        pool.abandon();
      }
    }
  }

  private void recover(PoolState state) throws IOException, BlockException {
    boolean isOrphaned = !state.wasClosedCleanly();
    // Without the lock: a damaged page is no half change.
    addFreePages();
    metadata.lock.lock();
    try {
      eraseUnfinishedPages(state.superblock());
      keys.load();
      if (metadata.chains.layer(Layer.ORPHANS) == null) {
        metadata.chains.createOrphans();
      }
      isOrphaned |= distrustReserved(state.reservedInVain());
      if (!state.wasClosedCleanly()) {
        distrustWritable();
      }
      if (state.journalEnd().unread()) {
        // What a lost commit had reserved is in no tree, and may have been written.
        scrubber.distrustErases();
      }
      checkpointAtOpening(state.journalEnd().sequence());
    } finally {
      metadata.lock.unlock();
    }
    // Now, when the pool can be refused: a checkpoint that finds no thread later is its end.
    boolean ignored = checkpoints.prestartCoreThread();
    log.start(allocator::topUp);
    scrubber.scrubOrphans(isOrphaned);
    if (!state.wasClosedCleanly()) {
      ends.endShrinks();
    }
    scrubber.start();
    merger.start();
    copier.start();
  }

  /**
   * What is still reserved may have been written without a record: after a crash, and after a close
   * too where a writer failed that had taken it. So may what a commit reserved that is taken for
   * torn: it was not if the medium has lost a block that it vouched for.
   *
   * @return whether there is such
   */
  private boolean distrustReserved(Map<Long, Long> inVain) throws IOException {
    for (Map.Entry<Long, Long> word : inVain.entrySet()) {
      metadata.space.reserve(
          word.getKey(), word.getValue() & ~metadata.space.spaceWord(word.getKey()));
    }
    if (metadata.space.reservedExtents() == 0) {
      return false;
    }
    Layer orphans = metadata.chains.layer(Layer.ORPHANS);
    var reserved = metadata.tree(TreeKey.Kind.RESERVED);
    for (long word = reserved.nextNonZero(0); word >= 0; word = reserved.nextNonZero(word + 1)) {
      for (long bits = reserved.get(word); bits != 0; bits &= bits - 1) {
        long extent = (word << 6) + Long.numberOfTrailingZeros(bits);
        metadata.drop(orphans, extent, PoolLayout.FULL_MASK);
        metadata.space.settle(extent);
      }
      metadata.trimPages();
    }
    return true;
  }

  /**
   * After a crash: any block of an extent that takes writes may have been written to. So may those
   * of the layer below it that a merge was moving up, without a commit yet.
   */
  private void distrustWritable() throws IOException {
    for (Layer layer : List.copyOf(metadata.chains.layers())) {
      if (layer.slot.state() == LayerSlot.State.WRITABLE) {
        distrust(layer);
        if (layer.parent != null && LayerMerge.isPair(metadata.chains, layer.parent, layer)) {
          distrust(layer.parent);
        }
      }
    }
  }

  private void distrust(Layer layer) throws IOException {
    if (layer.ownedExtents > 0 && !layer.slot.suspect()) {
      metadata.chains.setSuspect(layer);
    }
  }

  /**
   * Every page of a metadata extent that no tree refers to is free. Where an index page of a layer
   * is damaged, and hides which those are, none is: what lies below it could be what a rescue
   * needs. New pages go to new extents then.
   */
  private void addFreePages() throws IOException {
    Map<Long, BitSet> live = new HashMap<>();
    LongConsumer mark =
        page ->
            live.computeIfAbsent(page / PoolLayout.PAGES_PER_EXTENT, e -> new BitSet())
                .set((int) (page % PoolLayout.PAGES_PER_EXTENT));
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      if (!kind.isPerLayer()) {
        metadata.tree(kind).forEachPage(mark);
      }
    }
    boolean knowsAll = true;
    for (Layer layer : metadata.chains.layers()) {
      knowsAll &= markPages(layer, mark);
      metadata.trimPages();
    }
    for (WordTree tree : metadata.unsaved.retired()) {
      tree.forEachPage(mark);
    }
    var extents = metadata.tree(TreeKey.Kind.METADATA);
    for (long i = 0; extents.get(i) != 0; i++) {
      long extent = extents.get(i);
      BitSet taken = live.getOrDefault(extent, new BitSet());
      if (!knowsAll) {
        taken.set(0, PoolLayout.PAGES_PER_EXTENT);
      }
      pages.addExtent(extent, taken);
    }
  }

  /** Whether all pages of a layer could be told; if not, its volumes are not opened. */
  private boolean markPages(Layer layer, LongConsumer mark) throws IOException {
    try {
      layer.map.forEachPage(mark);
      layer.dropped.forEachPage(mark);
      return true;
    } catch (FormatException | DeviceException e) {
      if (layer.id == Layer.ORPHANS || layer.slot.holdsKeys()) {
        throw e;
      }
      LOG.error("layer {} is damaged: {}", layer.id, e.getMessage());
      metadata.chains.markDamaged(layer, e);
      return false;
    }
  }

  /**
   * With the lock held and the commit thread not running: all that is pending goes with it. Where a
   * full file system has no space for it, the pool goes on in the ring as if it had not been
   * closed, for a pool that cannot be opened could not be scrubbed, read, or moved elsewhere
   * either.
   */
  private void checkpointAtOpening(long nextSequence) throws IOException {
    RecordBuffer pending = null;
    try {
      Checkpointer.Plan plan = checkpointer.plan(log.durableCommit());
      pending = metadata.takePending();
      checkpointer.write(plan, journal.position(), journal.sequence(), false);
    } catch (DeviceException e) {
      if (!e.isNoSpace()) {
        throw e;
      }
      if (pending == null) {
        checkpointer.putOff(e);
      } else {
        metadata.returnPending(pending);
      }
      // The jump in the numbers is only for who reads from a new superblock on. An empty group ends
      // what the last one vouches for, also for who reads from the former superblock.
      journal.continueWith(nextSequence, checkpointer.ringLimit());
      device.flush();
      if (checkpointer.hasRoomFor(journal.position() + JournalWriter.EMPTY_GROUP_BYTES)) {
        journal.append(new RecordBuffer());
        metadata.vouched.appended(new RecordBuffer(), false);
      }
      return;
    }
    checkpointer.repeat();
    // Neither superblock leads to the group any more that vouches for them.
    metadata.vouched.appended(new RecordBuffer(), false);
  }

  /**
   * The last checkpoint. Where a full file system has no space for it, the next opening finds in
   * the journal what it would have said, as after a crash.
   */
  private void checkpointAtClose() throws IOException {
    try {
      Checkpointer.Plan plan = checkpointer.plan(log.durableCommit());
      metadata.takePending();
      checkpointer.write(plan, journal.position(), journal.sequence(), true);
    } catch (DeviceException e) {
      if (!e.isNoSpace()) {
        throw e;
      }
      LOG.warn("closed without a last checkpoint: {}", e.getMessage());
      device.flush();
    }
  }

  /**
   * A crash in the middle of a checkpoint may have left pages in extents that are still CLEAN,
   * which the superblock announced: they are made zero again.
   */
  private void eraseUnfinishedPages(Superblock superblock) throws IOException {
    ByteBuffer extent = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
    ByteBuffer zeroes = AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES);
    boolean erased = false;
    for (ExtentRun run : superblock.taking()) {
      for (long at = run.first(); at < run.end(); at++) {
        if ((metadata.space.spaceWord(at >>> 6) >>> at & 1) == 0) {
          device.read(at * PoolLayout.EXTENT_BYTES, extent.clear());
          if (extent.mismatch(zeroes) >= 0) {
            device.write(at * PoolLayout.EXTENT_BYTES, zeroes);
            erased = true;
          }
        }
      }
    }
    if (erased) {
      device.flush();
    }
  }

  /** Makes it durable that the pool makes use of a feature: no superblock is without it then. */
  void requireFeature(long feature) throws IOException, BlockException {
    checkpointer.addFeature(feature);
    while ((checkpointer.latest().features() & checkpointer.former().features() & feature) == 0) {
      log.checkpoint();
    }
  }

  UUID uuid() {
    return checkpointer.latest().pool();
  }

  /** Commits everything, writes a checkpoint that says so, and lets the device go. */
  @Override
  public void close() throws IOException {
    closing = true;
    try {
      try {
        endUse();
        giveBackReserved();
      } finally {
        log.stop();
        checkpointer.await();
      }
      if (!log.hasFailed()) {
        metadata.lock.lock();
        try {
          checkpointAtClose();
        } finally {
          metadata.lock.unlock();
        }
      }
    } finally {
      checkpoints.shutdown();
      try {
        keys.close();
      } finally {
        device.close();
      }
    }
  }

  /** Ends all that reads or changes the pool, but for what is committed. */
  private void endUse() {
    try {
      waiters.close();
      copier.stop();
      merger.stop();
      scrubber.stop();
    } finally {
      for (ExecutorService executor : List.of(cryptoErases, io)) {
        executor.shutdown();
        awaitQuietly(executor);
      }
      // Also those on their callers' threads: one that has written a block has not recorded it yet.
      awaitOperations();
      growth.close();
    }
  }

  private void giveBackReserved() throws IOException {
    metadata.lock.lock();
    try {
      if (!log.hasFailed()) {
        allocator.close();
      }
    } finally {
      metadata.lock.unlock();
    }
  }

  /** Waits until every operation has ended; none begins any more. */
  private void awaitOperations() {
    List<VolumeDevice> open;
    metadata.lock.lock();
    try {
      open =
          metadata.chains.volumes().stream()
              .map(volume -> volume.device)
              .filter(Objects::nonNull)
              .toList();
    } finally {
      metadata.lock.unlock();
    }
    open.forEach(VolumeDevice::awaitInFlight);
  }

  /** From then on no operation of a volume begins. */
  boolean isClosing() {
    return closing;
  }

  /** Lets go without writing anything more. */
  void abandon() {
    closing = true;
    log.fail(new IOException("the pool was abandoned"));
    log.stop();
    waiters.close();
    copier.stop();
    merger.stop();
    scrubber.stop();
    for (ExecutorService executor : List.of(cryptoErases, io)) {
      executor.shutdown();
      awaitQuietly(executor);
    }
    checkpoints.shutdown();
    awaitQuietly(checkpoints);
    // The device's descriptor may be another file's after this.
    awaitOperations();
    growth.close();
    keys.close();
    device.close();
  }

  static void awaitQuietly(ExecutorService executor) {
    boolean interrupted = false;
    while (true) {
      try {
        if (executor.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static void awaitQuietly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
