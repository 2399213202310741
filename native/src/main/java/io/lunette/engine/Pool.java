/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.blockio.RawDevice;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.journal.JournalWriter;
import io.lunette.engine.key.KeyVault;
import io.lunette.engine.map.PageCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * An open pool: the parts of the engine, wired, from the recovery that {@linkplain PoolOpening
 * opening} is to the checkpoint that {@linkplain PoolClosing closing} is.
 *
 * <p>Read {@link Metadata} for what is known, {@link VolumeIo} for the way of a read and a write,
 * {@link CommitLog} and {@link Checkpointer} for how it becomes durable, {@link Scrubber} for how
 * space comes back.
 */
final class Pool implements AutoCloseable {

  static final int IO_THREADS = 8;

  final Metadata metadata;
  final RawDevice device;
  final AsideFlush flush;
  final UUID uuid;

  /** That the end of the journal could not be read at the opening, in a line. */
  final Optional<String> journalTrouble;

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

  final Checkpointer checkpointer;
  final JournalWriter journal;
  final ThreadPoolExecutor checkpoints;
  private final PoolClosing end;

  private Pool(RawDevice device, PoolState state, Clock clock, KeyVault vault) throws IOException {
    this.device = device;
    this.flush = new AsideFlush(device);
    this.features = device.probe(PoolLayout.SCRATCH_OFFSET, PoolLayout.SCRATCH_BYTES);
    this.clock = clock;
    this.metadata = state.metadata();
    PoolTrim trim = new PoolTrim(device, flush, features, metadata);
    Superblock superblock = state.superblock();
    this.uuid = superblock.pool();
    this.journalTrouble = state.journalEnd().trouble();
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
    this.end = new PoolClosing(this);
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
      new PoolOpening(pool, state).run();
      opened = true;
      return pool;
    } finally {
      if (!opened) {
        pool.abandon();
      }
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
    end.close();
  }

  /** From then on no operation of a volume begins. */
  boolean isClosing() {
    return closing;
  }

  /** Lets go without writing anything more. */
  void abandon() {
    closing = true;
    end.abandon();
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
