/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.journal;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.engine.format.JournalFrame;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Appends groups of records. Of one thread at a time: who has the turn to commit. */
public final class JournalWriter {

  /** What a group without records and sums takes. */
  public static final int EMPTY_GROUP_BYTES = JournalFrame.frameBytes(0);

  private static final int ERASE_BYTES = 1 << 20;
  private static final ByteBuffer PADDING =
      ByteBuffer.allocateDirect(PoolLayout.PAGE_BYTES).asReadOnlyBuffer();

  private final RawDevice device;
  private final Ring ring;
  private final UUID pool;
  private final ByteBuffer frame = AlignedBuffers.allocate(JournalFrame.MAX_FRAME_BYTES);
  private long position;
  private long sequence;

  /** Goes on at a position, with the sequence number that belongs there. */
  public JournalWriter(
      RawDevice device, long firstExtent, long extents, UUID pool, long position, long sequence) {
    this.device = device;
    this.ring = Ring.of(device, firstExtent, extents);
    this.pool = pool;
    this.position = position;
    this.sequence = sequence;
  }

  /** Where the next frame goes. */
  public long position() {
    return position;
  }

  /** The sequence number of the next frame. */
  public long sequence() {
    return sequence;
  }

  /** Bytes of the ring. */
  public long sizeBytes() {
    return ring.sizeBytes();
  }

  /** The most bytes that a group with that many bytes of records, and any sums, takes. */
  public static long groupBytes(long recordBytes) {
    long payload = JournalFrame.MAX_FRAME_BYTES - JournalFrame.HEADER_BYTES - 16 * 1024;
    return (recordBytes / payload + 1) * JournalFrame.MAX_FRAME_BYTES;
  }

  /**
   * Goes on with an exact number at the present position, having erased whatever a torn commit may
   * have left behind its first page. That goes with the next group, which the caller appends when
   * he has flushed: until then it tells an opening what it told this one.
   *
   * @param limit the position up to which the ring is free
   */
  public void continueWith(long exactSequence, long limit) throws DeviceException {
    ByteBuffer zeroes = AlignedBuffers.allocate(ERASE_BYTES);
    for (long at = position + PoolLayout.PAGE_BYTES; at < limit; at += ERASE_BYTES) {
      ring.write(at, zeroes.clear().limit((int) Math.min(ERASE_BYTES, limit - at)));
    }
    sequence = exactSequence;
  }

  /**
   * Makes a page of the ring zero that nobody needs and that cannot be read until it is written.
   * What the device refuses fails here and no flush.
   */
  public void writeAnew(int page) throws DeviceException {
    ring.writePast(
        (long) page * PoolLayout.PAGE_BYTES, AlignedBuffers.allocate(PoolLayout.PAGE_BYTES));
  }

  /**
   * Writes the records as one group, all or nothing for a replay, which is durable on return. What
   * others wrote to the device is not, nor need it be for the group's sake: the group alone goes
   * past what they wait for.
   */
  public void append(RecordBuffer group) throws DeviceException {
    append(group, false);
  }

  /**
   * {@link #append(RecordBuffer)}, and with it makes all durable that was written to the device
   * before: by one flush for both, so a crash may find either of them alone. What the group has the
   * sums of must not change until another was appended.
   *
   * @throws IllegalArgumentException if the group {@linkplain RecordBuffer#needsData needs} the
   *     data durable before it
   */
  public void appendWithData(RecordBuffer group) throws DeviceException {
    if (group.needsData()) {
      throw new IllegalArgumentException("records of data that is not durable");
    }
    append(group, true);
  }

  private void append(RecordBuffer group, boolean withData) throws DeviceException {
    ByteBuffer records = group.records();
    BlockSums sums = withData ? group.sums() : new BlockSums();
    long first = sequence;
    boolean isDurably = !withData && group.isOneFrame();
    do {
      frame.clear().position(JournalFrame.HEADER_BYTES);
      while (records.hasRemaining()) {
        int length = RecordBuffer.recordBytes(records);
        if (length > frame.remaining()) {
          break;
        }
        frame.put(records.slice(records.position(), length));
        records.position(records.position() + length);
      }
      for (int i = 0; i < sums.size(); i++) {
        frame.putLong(sums.block(i)).putInt(sums.sum(i));
      }
      int payload = frame.position() - JournalFrame.HEADER_BYTES;
      JournalFrame header =
          new JournalFrame(
              sequence, position, first, payload, !records.hasRemaining(), sums.size());
      frame.put(PADDING.slice(0, header.frameBytes() - frame.position()));
      header.seal(frame, pool);
      if (isDurably) {
        ring.writeDurably(position, frame.flip());
      } else {
        ring.write(position, frame.flip());
      }
      position += header.frameBytes();
      sequence++;
    } while (records.hasRemaining());
    if (!isDurably) {
      device.flush();
    }
  }
}
