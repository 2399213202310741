/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.zip.CRC32C;

/**
 * Finishes PDUs and hands them to the channel: lengths, padding, digests. PDUs without much data
 * are gathered in one buffer; a long data segment that comes with {@link #HEADROOM} gets its header
 * in front, so that a PDU is one piece of memory. Nothing is sent before {@link #flush}.
 *
 * <p>Owned by the connection's event loop.
 */
public final class PduWriter {

  /** Bytes free in front of a data segment that a header with its digest goes into. */
  public static final int HEADROOM = 64;

  /** Bytes free behind it that padding and digest go into. */
  public static final int TAILROOM = 8;

  private static final int BATCH_BYTES = 8 << 10;
  private static final int SHORT_SEGMENT_BYTES = 512;

  private final Channel channel;
  private final CRC32C crc = new CRC32C();
  private final ByteBuf header = Unpooled.buffer(Bhs.BYTES + Bhs.DIGEST_BYTES);
  private ByteBuf batch;
  private boolean headerDigest;
  private boolean dataDigest;
  private boolean held;

  public PduWriter(Channel channel) {
    this.channel = channel;
  }

  /** What holds from the next PDU on. */
  public void configure(boolean withHeaderDigest, boolean withDataDigest) {
    headerDigest = withHeaderDigest;
    dataDigest = withDataDigest;
  }

  /**
   * A zeroed header with opcode and flags, to be filled by {@code setX} and then written; there is
   * but one.
   */
  public ByteBuf header(int opcode, int flags) {
    header.clear().writeZero(Bhs.BYTES);
    return header.setByte(0, opcode).setByte(Bhs.FLAGS, flags);
  }

  /** Writes a PDU without data segment. */
  public void write(ByteBuf filled) {
    digestHeader(filled);
    batch(filled.readableBytes()).writeBytes(filled);
  }

  /** Writes a PDU whose data segment is all of {@code segment}, which it releases. */
  public void write(ByteBuf filled, ByteBuf segment) {
    int bytes = segment.readableBytes();
    filled.setMedium(Bhs.DATA_LENGTH + 1, bytes);
    digestHeader(filled);
    if (bytes <= SHORT_SEGMENT_BYTES) {
      ByteBuf whole = batch(filled.readableBytes() + bytes + TAILROOM).writeBytes(filled);
      whole.writeBytes(segment, segment.readerIndex(), bytes);
      appendTrailer(whole, bytes);
      segment.release();
    } else if (segment.readerIndex() >= filled.readableBytes()
        && segment.writableBytes() >= TAILROOM) {
      endBatch();
      appendTrailer(segment, bytes);
      int begin = segment.readerIndex() - filled.readableBytes();
      channel.write(
          segment.setBytes(begin, filled, 0, filled.readableBytes()).readerIndex(begin),
          channel.voidPromise());
    } else {
      batch(filled.readableBytes()).writeBytes(filled);
      endBatch();
      ByteBuf trailer = trailer(segment, bytes);
      channel.write(segment, channel.voidPromise());
      if (trailer != null) {
        channel.write(trailer, channel.voidPromise());
      }
    }
  }

  /** A {@link #flush} is certain to come: what is written meanwhile leaves with it. */
  public void hold() {
    held = true;
  }

  /** Whether a flush is certain to come. Else whoever writes has to see to one. */
  public boolean isHeld() {
    return held;
  }

  /** Sends what was written. */
  public void flush() {
    held = false;
    endBatch();
    channel.flush();
  }

  /** Gives up what was written since the last flush; the channel is gone. */
  public void discard() {
    if (batch != null) {
      batch.release();
      batch = null;
    }
  }

  private ByteBuf batch(int bytes) {
    if (batch != null && batch.writableBytes() < bytes) {
      endBatch();
    }
    if (batch == null) {
      batch = channel.alloc().directBuffer(BATCH_BYTES, BATCH_BYTES);
    }
    return batch;
  }

  private void endBatch() {
    if (batch != null) {
      channel.write(batch, channel.voidPromise());
      batch = null;
    }
  }

  private ByteBuf trailer(ByteBuf segment, int bytes) {
    int padding = -bytes & 3;
    if (padding == 0 && !dataDigest) {
      return null;
    }
    ByteBuf trailer = channel.alloc().directBuffer(TAILROOM).writeZero(padding);
    if (dataDigest) {
      crc.reset();
      crc.update(segment.nioBuffer());
      crc.update(trailer.nioBuffer());
      trailer.writeIntLE((int) crc.getValue());
    }
    return trailer;
  }

  /** Pads the data segment that ends {@code buffer}, and adds its digest. */
  private void appendTrailer(ByteBuf buffer, int bytes) {
    int padding = -bytes & 3;
    buffer.writeZero(padding);
    if (dataDigest) {
      int length = bytes + padding;
      crc.reset();
      crc.update(buffer.nioBuffer(buffer.writerIndex() - length, length));
      buffer.writeIntLE((int) crc.getValue());
    }
  }

  private void digestHeader(ByteBuf filled) {
    if (headerDigest) {
      crc.reset();
      crc.update(filled.nioBuffer(0, Bhs.BYTES));
      filled.writeIntLE((int) crc.getValue());
    }
  }
}
