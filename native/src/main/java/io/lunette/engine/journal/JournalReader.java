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

/**
 * Replays the journal: whole groups, in order, up to the first frame that was never finished.
 *
 * <p>A frame that is not sound is the torn end of the last commit, unless a frame of a later commit
 * lies behind it: a commit begins only when the one before is durable, so then the medium has been
 * damaged, and going on would lose what was acknowledged.
 */
public final class JournalReader {

  private final Ring ring;
  private final UUID pool;

  /** Grows to the longest frame that is met; most are a page. */
  private ByteBuffer frame = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);

  /** A reader of the ring that begins at that extent. */
  public JournalReader(RawDevice device, long firstExtent, long extents, UUID pool) {
    this.ring = Ring.of(device, firstExtent, extents);
    this.pool = pool;
  }

  /**
   * Where the replay ended.
   *
   * @param position where the next frame goes
   * @param sequence its number
   * @param groups how many groups were replayed
   */
  public record End(long position, long sequence, long groups) {}

  /**
   * Replays from a position on.
   *
   * @throws FormatException if a frame is damaged that had been committed
   */
  public End replay(long fromPosition, long fromSequence, RecordSink sink) throws IOException {
    End end = new End(fromPosition, fromSequence, 0);
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
      group.add(payload);
      position += header.frameBytes();
      sequence++;
      if (header.commits()) {
        for (ByteBuffer records : group) {
          RecordBuffer.replay(records, sink);
        }
        group.clear();
        end = new End(position, sequence, end.groups + 1);
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
    ring.read(end.position, frame.clear().limit(PoolLayout.PAGE_BYTES));
    JournalFrame header = JournalFrame.peek(frame, pool);
    return header != null && header.sequence() == end.sequence && header.position() == end.position;
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
