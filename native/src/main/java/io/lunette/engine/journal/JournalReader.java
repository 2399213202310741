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
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays the journal: whole groups, in order, up to the first frame that was never finished.
 *
 * <p>A frame that is not sound is the torn end of the last commit, unless a frame of a later commit
 * lies behind it: a commit begins only when the one before is durable, so then the medium has been
 * damaged, and going on would lose what was acknowledged.
 *
 * <p>The data of a group that has its sums was made durable by the flush that the group itself was
 * waiting for. A frame of the next group, torn or not, says that the flush has ended; if there is
 * none, the sums tell, and a group whose data is not there never happened.
 */
public final class JournalReader {

  private static final Logger LOG = LoggerFactory.getLogger(JournalReader.class);

  private final RawDevice device;
  private final Ring ring;
  private final UUID pool;

  /** Grows to the longest frame that is met; most are a page. */
  private ByteBuffer frame = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

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
   */
  public record End(long position, long sequence, long groups, BlockSums sums) {

    /** A replay from there that has replayed nothing yet. */
    public static End at(long position, long sequence) {
      return new End(position, sequence, 0, new BlockSums());
    }
  }

  /**
   * Replays from a position on.
   *
   * @throws FormatException if a frame is damaged that had been committed
   */
  public End replay(long fromPosition, long fromSequence, RecordSink sink) throws IOException {
    End end = End.at(fromPosition, fromSequence);
    long position = fromPosition;
    long sequence = fromSequence;
    List<ByteBuffer> group = new ArrayList<>();
    while (position - fromPosition < ring.sizeBytes()) {
      JournalFrame header = frameAt(position);
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
        if (sums.size() > 0 && !isBegun(position, sequence) && !hold(sums)) {
          break;
        }
        for (ByteBuffer records : group) {
          RecordBuffer.replay(records, sink);
        }
        group.clear();
        end = new End(position, sequence, end.groups + 1, sums);
      }
    }
    requireNothingLater(end);
    return end;
  }

  /**
   * Whether a commit was begun at the end of the replay and is not whole: a crash tore it, which
   * harms nobody, or the medium has lost the last commit.
   */
  public boolean isUnfinishedAt(End end) throws IOException {
    return isBegun(end.position, end.sequence);
  }

  private boolean isBegun(long position, long sequence) throws DeviceException {
    ring.read(position, frame.clear().limit(PoolLayout.PAGE_BYTES));
    JournalFrame header = JournalFrame.peek(frame, pool);
    return header != null && header.sequence() == sequence && header.position() == position;
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
   * Whether the device has what the sums say. Past the page cache, which goes on showing what could
   * not be written.
   */
  private boolean hold(BlockSums sums) {
    ByteBuffer block = AlignedBuffers.allocate(PoolLayout.BLOCK_BYTES);
    try {
      for (int i = 0; i < sums.size(); i++) {
        device.readBack(sums.block(i) * PoolLayout.BLOCK_BYTES, block.clear());
        if (BlockSums.sum(block.clear()) != sums.sum(i)) {
          return false;
        }
      }
      return true;
    } catch (DeviceException e) {
      LOG.warn("the last commit is taken for torn: {}", e.getMessage());
      return false;
    }
  }

  private void requireNothingLater(End end) throws IOException {
    for (long ahead = 0; ahead < ring.sizeBytes(); ahead += PoolLayout.PAGE_BYTES) {
      long position = end.position + ahead;
      JournalFrame header = frameAt(position);
      if (header != null
          && header.position() == position
          && header.groupSequence() > end.sequence) {
        throw new FormatException(
            "journal is damaged at position "
                + end.position
                + ": frame "
                + end.sequence
                + " is missing, but frame "
                + header.sequence()
                + " of a later commit is sound");
      }
    }
  }

  /** The sound frame at a position, its bytes in {@link #frame}; null if there is none. */
  private JournalFrame frameAt(long position) throws DeviceException {
    ring.read(position, frame.clear().limit(PoolLayout.PAGE_BYTES));
    JournalFrame header = JournalFrame.peek(frame, pool);
    if (header == null) {
      return null;
    }
    if (header.frameBytes() > PoolLayout.PAGE_BYTES) {
      if (header.frameBytes() > frame.capacity()) {
        frame = AlignedBuffers.allocate(header.frameBytes());
      }
      ring.read(position, frame.clear().limit(header.frameBytes()));
    }
    frame.clear();
    return header.isSound(frame) ? header : null;
  }
}
