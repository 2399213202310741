/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;

/**
 * Cuts a byte stream into PDUs (RFC 7143 §11.1).
 *
 * <p>It keeps no buffer: the header is collected in one {@link PduHeader}, and the data segment
 * goes to where the receiver wants it as it arrives. Every length is checked before anything is
 * waited for. After a fault it swallows what still comes.
 *
 * <p>Owned by the connection's event loop. Needs no socket to be tested.
 */
public final class PduDecoder {

  /**
   * Below this a read of the socket takes more PDUs than one, and the copy costs less than a read.
   */
  private static final int LEAST_ROOM_BYTES = 8 << 10;

  /** From here on another read of the socket costs less than the copy of a segment. */
  private static final int LONG_SEGMENT_BYTES = 64 << 10;

  private enum State {
    HEADER,
    SEGMENT,
    TRAILER,
    BROKEN
  }

  private final PduReceiver receiver;
  private final PduHeader header = new PduHeader();
  private final CRC32C crc = new CRC32C();
  private final byte[] trailer = new byte[3 + Bhs.DIGEST_BYTES];

  private State state = State.HEADER;
  private int have;
  private int segmentLeft;
  private ByteBuf target;
  private ByteBuf room;
  private int trailerBytes;
  private boolean headerDigest;
  private boolean dataDigest;
  private int mostSegmentBytes;

  /**
   * @param mostSegmentBytes longest data segment accepted
   */
  public PduDecoder(PduReceiver receiver, int mostSegmentBytes) {
    this.receiver = receiver;
    this.mostSegmentBytes = mostSegmentBytes;
  }

  /** What holds from the next PDU on. */
  public void configure(boolean withHeaderDigest, boolean withDataDigest, int segmentBytes) {
    headerDigest = withHeaderDigest;
    dataDigest = withDataDigest;
    mostSegmentBytes = segmentBytes;
  }

  /** Drops what still comes. */
  public void stop() {
    state = State.BROKEN;
    target = null;
  }

  /**
   * Where the socket may put what it reads next, so that a long data segment is copied once: the
   * room that the rest of the segment will take. The reader gives it to {@link #feed} before it
   * asks again, filled or not, and releases it.
   *
   * @return null if what comes next is not so long, or goes nowhere
   */
  public ByteBuf room() {
    boolean wanted =
        state == State.SEGMENT
            && segmentLeft >= LEAST_ROOM_BYTES
            && target != null
            && target.writableBytes() >= segmentLeft;
    room = wanted ? target.retainedSlice(target.writerIndex(), segmentLeft).clear() : null;
    return room;
  }

  /**
   * Whether a header comes next, and likely one of a long data segment: the PDU before had one. Who
   * reads little then gets the rest of the segment where it belongs.
   */
  public boolean expectsLongSegment() {
    return state == State.HEADER && have == 0 && header.dataBytes() >= LONG_SEGMENT_BYTES;
  }

  /** Consumes all of {@code in}, which stays the caller's. */
  public void feed(ByteBuf in) {
    if (isRoom(in)) {
      room = null;
      segmentArrived(in.readableBytes());
      in.skipBytes(in.readableBytes());
      return;
    }
    while (in.isReadable()) {
      switch (state) {
        case HEADER -> readHeader(in);
        case SEGMENT -> readSegment(in);
        case TRAILER -> readTrailer(in);
        case BROKEN -> in.skipBytes(in.readableBytes());
      }
    }
  }

  /** The very buffer: one that holds the same bytes is not the place where they belong. */
  @SuppressWarnings("ReferenceEquality")
  private boolean isRoom(ByteBuf in) {
    return in == room;
  }

  private int headerBytes() {
    return have < Bhs.BYTES ? Bhs.BYTES : Bhs.BYTES + header.ahsBytes();
  }

  private void readHeader(ByteBuf in) {
    int wanted = headerBytes();
    if (have < wanted) {
      int n = Math.min(in.readableBytes(), wanted - have);
      in.readBytes(header.bytes, have, n);
      have += n;
      if (have < headerBytes()) {
        return;
      }
    }
    if (headerDigest) {
      wanted = headerBytes();
      int n = Math.min(in.readableBytes(), wanted + Bhs.DIGEST_BYTES - have);
      in.readBytes(trailer, have - wanted, n);
      have += n;
      if (have < wanted + Bhs.DIGEST_BYTES) {
        return;
      }
      crc.reset();
      crc.update(header.bytes, 0, wanted);
      if (digestIn(0) != (int) crc.getValue()) {
        fail(PduFault.HEADER_DIGEST);
        return;
      }
    }
    have = 0;
    headerComplete();
  }

  private void headerComplete() {
    segmentLeft = header.dataBytes();
    if (segmentLeft == 0) {
      deliver(null);
      return;
    }
    if (segmentLeft > mostSegmentBytes) {
      fail(PduFault.SEGMENT_TOO_LONG);
      return;
    }
    trailerBytes = (-segmentLeft & 3) + (dataDigest ? Bhs.DIGEST_BYTES : 0);
    crc.reset();
    state = State.SEGMENT;
    target = receiver.segmentTarget(header);
  }

  /** Bytes of the segment are where they belong already. */
  private void segmentArrived(int n) {
    if (state != State.SEGMENT) {
      return;
    }
    if (dataDigest) {
      crc.update(target.nioBuffer(target.writerIndex(), n));
    }
    target.writerIndex(target.writerIndex() + n);
    advance(n);
  }

  private void readSegment(ByteBuf in) {
    int n = Math.min(in.readableBytes(), segmentLeft);
    if (dataDigest) {
      crc.update(in.nioBuffer(in.readerIndex(), n));
    }
    int kept = target == null ? 0 : Math.min(n, target.writableBytes());
    if (kept > 0) {
      target.writeBytes(in, kept);
    }
    in.skipBytes(n - kept);
    advance(n);
  }

  private void advance(int n) {
    segmentLeft -= n;
    if (segmentLeft == 0) {
      if (trailerBytes == 0) {
        deliver(target);
      } else {
        state = State.TRAILER;
      }
    }
  }

  private void readTrailer(ByteBuf in) {
    int n = Math.min(in.readableBytes(), trailerBytes - have);
    in.readBytes(trailer, have, n);
    have += n;
    if (have < trailerBytes) {
      return;
    }
    have = 0;
    if (dataDigest) {
      int padding = trailerBytes - Bhs.DIGEST_BYTES;
      crc.update(trailer, 0, padding);
      if (digestIn(padding) != (int) crc.getValue()) {
        fail(PduFault.DATA_DIGEST);
        return;
      }
    }
    deliver(target);
  }

  private void deliver(ByteBuf segment) {
    state = State.HEADER;
    target = null;
    receiver.received(header, segment);
  }

  private void fail(PduFault fault) {
    stop();
    receiver.broken(fault, header);
  }

  /** A digest travels least significant byte first (RFC 7143 §13.1, RFC 3385). */
  private int digestIn(int at) {
    return (trailer[at] & 0xFF)
        | (trailer[at + 1] & 0xFF) << 8
        | (trailer[at + 2] & 0xFF) << 16
        | (trailer[at + 3] & 0xFF) << 24;
  }
}
