/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.journal;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.JournalFrame;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays the journal: whole groups, in order, up to the first frame that was never finished.
 *
 * <p>A frame that is not sound is the torn end of the last commit, unless a frame of a later
 * commit, torn or not, lies behind it: a commit begins only when the one before is durable, so then
 * the medium has been damaged, and going on would lose what was acknowledged.
 *
 * <p>The data of a group that has its sums was made durable by the flush that the group itself was
 * waiting for. A frame of the next group, torn or not, says that the flush has ended; if there is
 * none, the sums tell, and a group whose data is not there never happened.
 *
 * <p>A page that cannot be read is one that is not sound, for a power cut may leave those so that
 * it found being written. Where a good part of the ring is like that it is the device that is gone.
 *
 * <p>All is read past the page cache, which goes on showing what could not be written.
 */
public final class JournalReader {

  private static final Logger LOG = LoggerFactory.getLogger(JournalReader.class);

  /** So often a read is tried before what it is of counts as unreadable. */
  private static final int ATTEMPTS = 3;

  /** More than this part of the ring no crash leaves unreadable: a group is shorter. */
  private static final int UNREADABLE_SHARE = 8;

  private static final int SCAN_BYTES = 1 << 20;

  private final RawDevice device;
  private final Ring ring;
  private final UUID pool;

  /** Grows to the longest frame that is met; most are a page. */
  private ByteBuffer frame = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  /** Pages of the ring that the replay could not read. */
  private final BitSet unread = new BitSet();

  /** Whether the frame that was looked for last could not be read. */
  private boolean isFrameUnread;

  /** A reader of the ring that begins at that extent. */
  public JournalReader(RawDevice device, long firstExtent, long extents, UUID pool) {
    this.device = device;
    this.ring = Ring.of(device, firstExtent, extents);
    this.pool = pool;
  }

  /**
   * Where the replay ended.
   *
   * @param position where the next frame goes
   * @param sequence its number
   * @param groups how many groups were replayed
   * @param sums those of the last group, whose data must not change until another was appended
   * @param unreadPages how many pages of the ring cannot be read, if what lies there is one of
   *     them; else 0. If none was torn, the last commits were there.
   * @param unreadable all pages of the ring that cannot be read, by number; none was needed
   */
  public record End(
      long position,
      long sequence,
      long groups,
      BlockSums sums,
      int unreadPages,
      List<Integer> unreadable) {

    /** A replay from there that has replayed nothing yet. */
    public static End at(long position, long sequence) {
      return new End(position, sequence, 0, new BlockSums(), 0, List.of());
    }

    /** Whether what lies there cannot be read. */
    public boolean unread() {
      return unreadPages > 0;
    }

    /** That something acknowledged may be lost, in a line. */
    public Optional<String> trouble() {
      return unread()
          ? Optional.of(
              "the journal cannot be read at its end, position "
                  + position
                  + ", frame "
                  + sequence
                  + ", pages: "
                  + unreadPages
                  + "; a power cut found them being written, or the last commits, which were there,"
                  + " are lost")
          : Optional.empty();
    }
  }

  /**
   * Replays from a position on.
   *
   * @param dropped what the last group says if its data is not there: it never happened, but where
   *     the medium lost that data, extents that it reserved may have been written
   * @throws FormatException if a frame is damaged that had been committed
   * @throws DeviceException if the device reads too little of the ring to tell
   */
  public End replay(long fromPosition, long fromSequence, RecordSink sink, RecordSink dropped)
      throws IOException {
    End end = End.at(fromPosition, fromSequence);
    long position = fromPosition;
    long sequence = fromSequence;
    List<ByteBuffer> group = new ArrayList<>();
    boolean lacksData = false;
    boolean isUnread = false;
    while (position - fromPosition < ring.sizeBytes()) {
      JournalFrame header = frameAt(position);
      isUnread = isFrameUnread;
      if (header == null
          || header.sequence() != sequence
          || header.position() != position
          || header.groupSequence() != end.sequence) {
        break;
      }
      ByteBuffer payload = ByteBuffer.allocate(header.payloadBytes()).order(frame.order());
      payload.put(frame.slice(JournalFrame.HEADER_BYTES, header.payloadBytes())).flip();
      BlockSums sums = takeSums(payload, header.sums());
      group.add(payload);
      position += header.frameBytes();
      sequence++;
      if (header.commits()) {
        if (neverHappened(sums, position, sequence)) {
          RecordBuffer.replay(payload, dropped);
          lacksData = true;
          break;
        }
        for (ByteBuffer records : group) {
          RecordBuffer.replay(records, sink);
        }
        group.clear();
        end = new End(position, sequence, end.groups + 1, sums, 0, List.of());
      }
    }
    requireNothingLater(end);
    boolean isLost = isUnread && isGone(position, sequence);
    List<Integer> pages = unread.stream().boxed().toList();
    int lost = isLost ? Math.max(1, pages.size()) : 0;
    end = new End(end.position, end.sequence, end.groups, end.sums, lost, pages);
    tellOfDropped(end, lacksData);
    return end;
  }

  /** A crash leaves such a commit, which nobody was told of then; so does a medium that decays. */
  private void tellOfDropped(End end, boolean lacksData) {
    if (lacksData) {
      LOG.warn(
          "the last commit, at position {}, frame {}, is dropped: the device does not hold what it"
              + " vouches for, which a crash kept from it, or which it lost",
          end.position,
          end.sequence);
    } else if (end.unread()) {
      LOG.error("{}", end.trouble().orElseThrow());
    } else if (isUnfinishedAt(end)) {
      LOG.info(
          "the last commit, at position {}, frame {}, is not whole, and dropped: a crash tore it,"
              + " or it is damaged",
          end.position,
          end.sequence);
    }
  }

  /**
   * Whether a commit was begun at the end of the replay and is not whole: a crash tore it, which
   * harms nobody, or the medium has lost the last commit.
   */
  public boolean isUnfinishedAt(End end) {
    return isBegun(end.position, end.sequence);
  }

  /** How many pages of the ring the replay could not read, none of which it needed. */
  public int unreadablePages() {
    return unread.cardinality();
  }

  private boolean isBegun(long position, long sequence) {
    return isFrameRead(position, PoolLayout.PAGE_BYTES) && isBegunAsRead(position, sequence);
  }

  /** Whether the page that was read last is the first of a commit, torn or not. */
  private boolean isBegunAsRead(long position, long sequence) {
    JournalFrame header = JournalFrame.peek(frame, pool);
    return header != null && header.sequence() == sequence && header.position() == position;
  }

  /**
   * Whether the data of a group that has sums is not there, nor ever was: no other was begun behind
   * it.
   *
   * @param position where that would be
   * @throws DeviceException if what is there cannot be read. It was no crash that left it so: that
   *     would have been of the next commit, until which all was there that the sums speak of.
   */
  private boolean neverHappened(BlockSums sums, long position, long sequence)
      throws DeviceException {
    if (sums.size() == 0 || isBegun(position, sequence) || hold(sums)) {
      return false;
    }
    if (!isFrameRead(position, PoolLayout.PAGE_BYTES)) {
      throw new DeviceException(
          device.identity()
              + ": the page of the journal at position "
              + position
              + " cannot be read, without which nobody can tell whether the commit before it, frame"
              + " "
              + (sequence - 1)
              + ", was whole; open the pool again when the device reads it. A copy of the pool with"
              + " zeroes in its place opens without that commit, and what was written since where"
              + " that had written first is lost");
    }
    return !isBegunAsRead(position, sequence);
  }

  /** Takes the sums off the end of a payload, which then has records alone. */
  private static BlockSums takeSums(ByteBuffer payload, int count) {
    BlockSums sums = new BlockSums();
    int records = payload.limit() - count * JournalFrame.SUM_BYTES;
    for (int at = records; at < payload.limit(); at += JournalFrame.SUM_BYTES) {
      sums.add(payload.getLong(at), payload.getInt(at + Long.BYTES));
    }
    payload.limit(records);
    return sums;
  }

  /**
   * Whether the device has what the sums say. A block that it does not read says nothing against
   * the group, which may have been acknowledged.
   */
  private boolean hold(BlockSums sums) {
    ByteBuffer block = AlignedBuffers.allocate(PoolLayout.BLOCK_BYTES);
    for (int i = 0; i < sums.size(); i++) {
      boolean isRead = isRead(sums.block(i) * PoolLayout.BLOCK_BYTES, block);
      if (isRead && BlockSums.sum(block.clear()) != sums.sum(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean isRead(long offset, ByteBuffer block) {
    return isRead("a block of the last commit", () -> device.readBack(offset, block.clear()));
  }

  private interface Reading {
    void run() throws DeviceException;
  }

  private static boolean isRead(String what, Reading reading) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        reading.run();
        return true;
      } catch (DeviceException e) {
        LOG.warn("{}, attempt {}: {}", what, attempt, e.getMessage());
      }
    }
    return false;
  }

  private void requireNothingLater(End end) throws IOException {
    ByteBuffer scan = AlignedBuffers.allocate((int) Math.min(SCAN_BYTES, ring.sizeBytes()));
    for (long ahead = 0; ahead < ring.sizeBytes(); ahead += PoolLayout.PAGE_BYTES) {
      long position = end.position + ahead;
      int at = (int) (ahead % scan.capacity());
      if (at == 0) {
        int length = (int) Math.min(scan.capacity(), ring.sizeBytes() - ahead);
        readWhatCanBe(position, scan.clear().limit(length));
      }
      ByteBuffer page = scan.slice(at, PoolLayout.PAGE_BYTES).order(scan.order());
      JournalFrame header = JournalFrame.peek(page, pool);
      // Nearly every page has an old one.
      if (header != null
          && header.position() == position
          && header.groupSequence() > end.sequence
          && (mayFollow(header, end) || frameAt(position) != null)) {
        throw new FormatException(
            "journal is damaged at position "
                + end.position
                + ": frame "
                + end.sequence
                + " is missing, but frame "
                + header.sequence()
                + " of a later commit is at "
                + position);
      }
    }
  }

  /**
   * Whether the numbers of a frame of a later commit can be found where it is, behind one commit at
   * least, of frames of one page at least. They are in one sector, so one that is torn has them as
   * they were written, and no checksum; a bit that flips in them is not to keep a pool shut.
   */
  private static boolean mayFollow(JournalFrame header, End end) {
    return header.sequence() >= header.groupSequence()
        && header.sequence() - end.sequence
            <= (header.position() - end.position) / PoolLayout.PAGE_BYTES;
  }

  /**
   * Whether a frame still cannot be read.
   *
   * @throws DeviceException if it now can, and is the next one: what is read only now and then is
   *     not given up
   */
  private boolean isGone(long position, long sequence) throws DeviceException {
    JournalFrame header = frameAt(position);
    if (header != null && header.sequence() == sequence && header.position() == position) {
      throw new DeviceException(
          device.identity()
              + ": the journal is read only now and then, at position "
              + position
              + "; open the pool again when the device is sound");
    }
    return isFrameUnread;
  }

  private int pageOf(long position) {
    return (int) (position % ring.sizeBytes() / PoolLayout.PAGE_BYTES);
  }

  /** Reads a part of the ring; what cannot be read of it is zero then, page by page. */
  private void readWhatCanBe(long position, ByteBuffer part) throws DeviceException {
    try {
      ring.readBack(position, part);
      return;
    } catch (DeviceException e) {
      LOG.warn("the journal is read page by page at {}: {}", position, e.getMessage());
    }
    for (int at = 0; at < part.limit(); at += PoolLayout.PAGE_BYTES) {
      ByteBuffer page = part.slice(at, PoolLayout.PAGE_BYTES);
      try {
        ring.readBack(position + at, page);
      } catch (DeviceException e) {
        unread.set(pageOf(position + at));
        if (unread.cardinality() > ring.sizeBytes() / PoolLayout.PAGE_BYTES / UNREADABLE_SHARE) {
          throw e;
        }
        LOG.warn("a page of the journal is passed over: {}", e.getMessage());
        page.put(ByteBuffer.allocate(PoolLayout.PAGE_BYTES));
      }
    }
  }

  /** The sound frame at a position, its bytes in {@link #frame}; null if none can be read there. */
  private JournalFrame frameAt(long position) {
    isFrameUnread = !isFrameRead(position, PoolLayout.PAGE_BYTES);
    if (isFrameUnread) {
      return null;
    }
    JournalFrame header = JournalFrame.peek(frame, pool);
    if (header == null) {
      return null;
    }
    if (header.frameBytes() > PoolLayout.PAGE_BYTES) {
      if (header.frameBytes() > frame.capacity()) {
        frame = AlignedBuffers.allocate(header.frameBytes());
      }
      isFrameUnread = !isFrameRead(position, header.frameBytes());
      if (isFrameUnread) {
        return null;
      }
    }
    frame.clear();
    return header.isSound(frame) ? header : null;
  }

  private boolean isFrameRead(long position, int bytes) {
    return isRead(
        "a frame of the journal", () -> ring.readBack(position, frame.clear().limit(bytes)));
  }
}
