/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PduWriterTest {

  /** What the decoder says is independent of the writer but for the layout. */
  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true", "true, true"})
  void whatIsWrittenIsReadBack(boolean headerDigest, boolean dataDigest) {
    EmbeddedChannel channel = new EmbeddedChannel();
    PduWriter writer = new PduWriter(channel);
    writer.configure(headerDigest, dataDigest);
    for (int bytes = 0; bytes < 9; bytes++) {
      ByteBuf header = writer.header(Opcode.DATA_IN, Bhs.FINAL);
      header.setInt(Bhs.ITT, bytes);
      if (bytes == 0) {
        writer.write(header);
      } else {
        writer.write(header, channel.alloc().directBuffer().writeZero(bytes - 1).writeByte(bytes));
      }
    }
    channel.flush();

    List<String> received = new ArrayList<>();
    PduReceiver receiver =
        new PduReceiver() {
          @Override
          public ByteBuf segmentTarget(PduHeader header) {
            return Unpooled.buffer(16);
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
    PduDecoder decoder = new PduDecoder(receiver, 16);
    decoder.configure(headerDigest, dataDigest, 16);
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      decoder.feed(out);
      out.release();
    }

    List<String> expected = new ArrayList<>();
    for (int bytes = 0; bytes < 9; bytes++) {
      expected.add("37 " + bytes + " true " + bytes);
    }
    assertThat(received).isEqualTo(expected);
    channel.finishAndReleaseAll();
  }
}
