/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.core.block.BlockException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.journal.JournalReader;
import io.lunette.engine.journal.JournalWriter;
import io.lunette.engine.journal.RecordBuffer;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The opening of a pool: what a crash left is told, a checkpoint makes that durable, and then the
 * threads start. Nobody else has the pool before it has ended.
 */
final class PoolOpening {

  private static final Logger LOG = LoggerFactory.getLogger(PoolOpening.class);

  private final Pool pool;
  private final PoolState state;
  private final Metadata metadata;
  private final JournalWriter journal;
  private final Checkpointer checkpointer;

  PoolOpening(Pool pool, PoolState state) {
    this.pool = pool;
    this.state = state;
    this.metadata = pool.metadata;
    this.journal = pool.journal;
    this.checkpointer = pool.checkpointer;
  }

  void run() throws IOException, BlockException {
    boolean isOrphaned = !state.wasClosedCleanly();
    // Without the lock: a damaged page is no half change.
    new FreePageSearch(metadata, pool.pages).run();
    CrashRecovery recovery = new CrashRecovery(metadata, pool.device);
    metadata.lock.lock();
    try {
      checkpointer.announceAgain(recovery.eraseUnfinishedPages(state.superblock()));
      pool.keys.load();
      if (metadata.chains.layer(Layer.ORPHANS) == null) {
        metadata.chains.createOrphans();
      }
      isOrphaned |= recovery.distrustReserved(state.reservedInVain());
      if (!state.wasClosedCleanly()) {
        recovery.distrustWritable();
      }
      if (state.journalEnd().unread()) {
        // What a lost commit had reserved is in no tree, and may have been written.
        pool.scrubber.distrustErases();
      }
      writeCheckpoint(state.journalEnd().sequence());
    } finally {
      metadata.lock.unlock();
    }
    // Now, when the pool can be refused: a checkpoint that finds no thread later is its end.
    boolean ignored = pool.checkpoints.prestartCoreThread();
    pool.log.start(pool.allocator::topUp);
    pool.scrubber.scrubOrphans(isOrphaned);
    if (!state.wasClosedCleanly()) {
      pool.ends.endShrinks();
    }
    pool.scrubber.start();
    pool.merger.start();
    pool.copier.start();
  }

  /**
   * With the lock held and the commit thread not running: all that is pending goes with it. Where a
   * full file system has no space for it, the pool goes on in the ring as if it had not been
   * closed, for a pool that cannot be opened could not be scrubbed, read, or moved elsewhere
   * either.
   */
  private void writeCheckpoint(long nextSequence) throws IOException {
    RecordBuffer pending = null;
    try {
      Checkpointer.Plan plan = checkpointer.plan(pool.log.durableCommit());
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
      appendGroup(nextSequence);
      return;
    }
    repeatCheckpoint();
    // Neither superblock leads to the group any more that vouches for them.
    metadata.vouched.appended(new RecordBuffer(), false);
    writeUnread();
  }

  /**
   * The ring serves no more if that finds no space: one superblock leads to the jump in the
   * numbers, the other does not.
   */
  private void repeatCheckpoint() throws IOException {
    long seen = checkpointer.roomMade();
    try {
      checkpointer.repeat();
    } catch (DeviceException e) {
      if (!e.isNoSpace() || !checkpointer.makeRoom(seen)) {
        throw e;
      }
      checkpointer.repeat();
    }
  }

  /**
   * A page that cannot be read must not lie behind a commit that another crash leaves: that could
   * not be told from one that was followed by others. Where the device does not write it either,
   * the ring serves as far as it goes. Without direct I/O it would be a flush that fails, so of
   * what a power cut left only the first is written then, where the next commit goes, and nothing
   * else.
   */
  private void writeUnread() throws DeviceException {
    JournalReader.End end = state.journalEnd();
    List<Integer> written =
        pool.features.directAlignmentBytes() > 0 ? end.unreadable() : unreadableAtEnd(end);
    written.forEach(this::writeAnew);
    if (!written.isEmpty()) {
      // The first commit may be durable by itself, before what was written here.
      pool.device.flush();
    }
  }

  /** The first pages in a row that the commit at the end of the journal was being written to. */
  private List<Integer> unreadableAtEnd(JournalReader.End end) {
    int pages = (int) (journal.sizeBytes() / PoolLayout.PAGE_BYTES);
    long first = end.position() / PoolLayout.PAGE_BYTES;
    Set<Integer> unreadable = end.unread() ? Set.copyOf(end.unreadable()) : Set.of();
    return LongStream.range(first, first + pages)
        .mapToObj(page -> (int) (page % pages))
        .dropWhile(page -> !unreadable.contains(page))
        .takeWhile(unreadable::contains)
        .toList();
  }

  private void writeAnew(int page) {
    try {
      journal.writeAnew(page);
    } catch (DeviceException e) {
      LOG.warn("page {} of the journal can neither be read nor written: {}", page, e.getMessage());
    }
  }

  /**
   * What the opening has found goes into the ring then, if that has room. A group ends what the
   * last one vouches for, also for who reads from the former superblock, so there is an empty one
   * at least. The jump in the numbers is only for who reads from a new superblock on.
   */
  private void appendGroup(long nextSequence) throws IOException {
    journal.continueWith(nextSequence, checkpointer.ringLimit());
    pool.device.flush();
    RecordBuffer group = metadata.takePending();
    long most = JournalWriter.groupBytes(group.sizeBytes());
    if (!checkpointer.hasRoomFor(journal.position() + most)) {
      metadata.returnPending(group);
      group = new RecordBuffer();
    }
    if (checkpointer.hasRoomFor(journal.position() + JournalWriter.EMPTY_GROUP_BYTES)) {
      journal.append(group);
      metadata.vouched.appended(group, false);
    }
  }
}
