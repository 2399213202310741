/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * Fuzz target: any stream of bytes is cut into the same PDUs whichever pieces it comes in, no
 * segment is longer than allowed, and nothing is delivered after a fault.
 */
public final class PduDecoderFuzz {

  private static final int MOST_SEGMENT_BYTES = 1000;

  private PduDecoderFuzz() {}

  /** The first byte says which digests are on and how the stream is cut; the others are it. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2) {
      return;
    }
    int options = input[0] & 0xFF;
    List<String> whole = decode(input, options, input.length);
    List<String> pieces = decode(input, options, 1 + (options >> 2));
    assertThat(pieces).isEqualTo(whole);
  }

  private static List<String> decode(byte[] input, int options, int pieceBytes) {
    Recorder recorder = new Recorder();
    PduDecoder decoder = new PduDecoder(recorder, MOST_SEGMENT_BYTES);
    decoder.configure((options & 1) != 0, (options & 2) != 0, MOST_SEGMENT_BYTES);
    for (int at = 1; at < input.length; at += pieceBytes) {
      ByteBuf piece = Unpooled.wrappedBuffer(input, at, Math.min(pieceBytes, input.length - at));
      decoder.feed(piece);
      assertThat(piece.isReadable()).isFalse();
      piece.release();
    }
    recorder.segment.release();
    return recorder.events;
  }

  private static final class Recorder implements PduReceiver {

    final List<String> events = new ArrayList<>();
    final ByteBuf segment = Unpooled.buffer(MOST_SEGMENT_BYTES, MOST_SEGMENT_BYTES);
    private boolean broken;

    @Override
    public ByteBuf segmentTarget(PduHeader header) {
      assertThat(header.dataBytes()).isBetween(1, MOST_SEGMENT_BYTES);
      return segment.clear();
    }

    @Override
    public void received(PduHeader header, ByteBuf data) {
      assertThat(broken).isFalse();
      int bytes = data == null ? 0 : data.readableBytes();
      assertThat(bytes).isEqualTo(header.dataBytes());
      events.add(header.opcode() + " " + header.itt() + " " + (data == null ? 0 : data.hashCode()));
    }

    @Override
    public void broken(PduFault fault, PduHeader header) {
      assertThat(broken).isFalse();
      broken = true;
      events.add(fault.name());
    }
  }
}
