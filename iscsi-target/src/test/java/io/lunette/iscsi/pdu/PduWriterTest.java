/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PduWriterTest {

  private static final int MOST = 1 << 16;

  /** So many that the small ones fill a batch. */
  private static final int[] LENGTHS =
      IntStream.concat(
              IntStream.range(0, 100).map(i -> i % 9),
              IntStream.of(500, 513, 4096, 0, 4097, 4098, 1, 65_535, 65_536, 3))
          .toArray();

  /** Its last byte says how long it is. */
  private static ByteBuf segment(EmbeddedChannel channel, int bytes, int headroom) {
    ByteBuf segment = channel.alloc().directBuffer(headroom + bytes + headroom);
    segment.writerIndex(headroom).readerIndex(headroom);
    return segment.writeZero(bytes - 1).writeByte(bytes);
  }

  @Test
  void aLongSegmentWithHeadroomLeavesInOnePieceWithItsHeader() {
    EmbeddedChannel channel = new EmbeddedChannel();
    PduWriter writer = new PduWriter(channel);

    writer.write(writer.header(Opcode.DATA_IN, Bhs.FINAL), segment(channel, 4096, 64));
    writer.flush();

    ByteBuf sent = channel.readOutbound();
    assertThat(sent.readableBytes()).isEqualTo(Bhs.BYTES + 4096);
    sent.release();
    channel.finishAndReleaseAll();
  }

  @Test
  void shortPdusLeaveInOnePiece() {
    EmbeddedChannel channel = new EmbeddedChannel();
    PduWriter writer = new PduWriter(channel);

    for (int i = 0; i < 10; i++) {
      writer.write(writer.header(Opcode.SCSI_RESPONSE, Bhs.FINAL));
    }
    ByteBuf early = channel.readOutbound();
    writer.flush();

    assertThat(early).isNull();
    ByteBuf sent = channel.readOutbound();
    assertThat(sent.readableBytes()).isEqualTo(10 * Bhs.BYTES);
    sent.release();
    channel.finishAndReleaseAll();
  }

  @Test
  void whatIsDiscardedIsNotSent() {
    EmbeddedChannel channel = new EmbeddedChannel();
    PduWriter writer = new PduWriter(channel);
    writer.write(writer.header(Opcode.SCSI_RESPONSE, Bhs.FINAL));

    writer.discard();
    writer.flush();

    ByteBuf sent = channel.readOutbound();
    assertThat(sent).isNull();
    channel.finishAndReleaseAll();
  }

  /** What the decoder says is independent of the writer but for the layout. */
  @ParameterizedTest
  @CsvSource({
    "false, false, 0",
    "true, false, 0",
    "false, true, 0",
    "true, true, 0",
    "false, false, 64",
    "true, false, 64",
    "false, true, 64",
    "true, true, 64"
  })
  void whatIsWrittenIsReadBack(boolean headerDigest, boolean dataDigest, int headroom) {
    EmbeddedChannel channel = new EmbeddedChannel();
    PduWriter writer = new PduWriter(channel);
    writer.configure(headerDigest, dataDigest);
    for (int bytes : LENGTHS) {
      ByteBuf header = writer.header(Opcode.DATA_IN, Bhs.FINAL);
      header.setInt(Bhs.ITT, bytes);
      if (bytes == 0) {
        writer.write(header);
      } else {
        writer.write(header, segment(channel, bytes, headroom));
      }
    }
    writer.flush();

    List<String> received = new ArrayList<>();
    PduReceiver receiver =
        new PduReceiver() {
          @Override
          public ByteBuf segmentTarget(PduHeader header) {
            return Unpooled.buffer(MOST);
          }

          @Override
          public void received(PduHeader header, ByteBuf segment) {
            int last = segment == null ? 0 : segment.getByte(segment.readableBytes() - 1);
            received.add(
                header.opcode() + " " + header.itt() + " " + header.isFinal() + " " + last);
          }

          @Override
          public void broken(PduFault fault, PduHeader header) {
            received.add(fault.toString());
          }
        };
    PduDecoder decoder = new PduDecoder(receiver, MOST);
    decoder.configure(headerDigest, dataDigest, MOST);
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      decoder.feed(out);
      out.release();
    }

    List<String> expected = new ArrayList<>();
    for (int bytes : LENGTHS) {
      expected.add("37 " + bytes + " true " + (byte) bytes);
    }
    assertThat(received).isEqualTo(expected);
    channel.finishAndReleaseAll();
  }
}
