/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.zip.CRC32C;

/**
 * Finishes PDUs and hands them to the channel, unflushed: lengths, padding, digests. Owned by the
 * connection's event loop.
 */
public final class PduWriter {

  private final Channel channel;
  private final CRC32C crc = new CRC32C();
  private boolean headerDigest;
  private boolean dataDigest;

  public PduWriter(Channel channel) {
    this.channel = channel;
  }

  /** What holds from the next PDU on. */
  public void configure(boolean withHeaderDigest, boolean withDataDigest) {
    headerDigest = withHeaderDigest;
    dataDigest = withDataDigest;
  }

  /** A zeroed header with opcode and flags, to be filled by {@code setX} and then written. */
  public ByteBuf header(int opcode, int flags) {
    ByteBuf header = channel.alloc().directBuffer(Bhs.BYTES + Bhs.DIGEST_BYTES);
    header.writeZero(Bhs.BYTES);
    header.setByte(0, opcode).setByte(Bhs.FLAGS, flags);
    return header;
  }

  /** Writes a PDU without data segment; releases the header. */
  public void write(ByteBuf header) {
    digestHeader(header);
    channel.write(header, channel.voidPromise());
  }

  /** Writes a PDU whose data segment is all of {@code segment}; releases both. */
  public void write(ByteBuf header, ByteBuf segment) {
    int bytes = segment.readableBytes();
    header.setMedium(Bhs.DATA_LENGTH + 1, bytes);
    digestHeader(header);
    channel.write(header, channel.voidPromise());
    int padding = -bytes & 3;
    if (!dataDigest && padding == 0) {
      channel.write(segment, channel.voidPromise());
      return;
    }
    ByteBuf trailer = channel.alloc().directBuffer(3 + Bhs.DIGEST_BYTES);
    trailer.writeZero(padding);
    if (dataDigest) {
      crc.reset();
      crc.update(segment.nioBuffer());
      crc.update(trailer.nioBuffer());
      trailer.writeIntLE((int) crc.getValue());
    }
    channel.write(segment, channel.voidPromise());
    channel.write(trailer, channel.voidPromise());
  }

  private void digestHeader(ByteBuf header) {
    if (headerDigest) {
      crc.reset();
      crc.update(header.nioBuffer(0, Bhs.BYTES));
      header.writeIntLE((int) crc.getValue());
    }
  }
}
