/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.Opcode;
import io.lunette.iscsi.pdu.PduDecoder;
import io.lunette.iscsi.pdu.PduFault;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.iscsi.pdu.PduReceiver;
import io.lunette.iscsi.pdu.PduWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One PDU into and out of its bytes: header and data segment, with and without digests (RFC 7143
 * §11). What is written goes to a channel without a socket.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PduBenchmark {

  /** Bytes of the data segment; without one it is a bare header. */
  @Param({"0", "4096", "65536"})
  public int segmentBytes;

  /** Whether header and data carry CRC32C. */
  @Param({"false", "true"})
  public boolean digests;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final PduWriter writer = new PduWriter(channel);
  private Received received;
  private PduDecoder decoder;
  private ByteBuf wire;
  private ByteBuf segment;

  /** Takes segments into one buffer. */
  private static final class Received implements PduReceiver {

    private final ByteBuf room;
    private int opcode;

    Received(int bytes) {
      room = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(bytes, 1));
    }

    @Override
    public ByteBuf segmentTarget(PduHeader header) {
      return room.clear();
    }

    @Override
    public void received(PduHeader header, ByteBuf arrived) {
      opcode = header.opcode();
    }

    @Override
    public void broken(PduFault fault, PduHeader header) {
      throw new IllegalStateException("the benchmark's PDU is broken: " + fault);
    }
  }

  /** Encodes one PDU, which is then decoded again and again. */
  @Setup
  public void prepare() {
    received = new Received(segmentBytes);
    decoder = new PduDecoder(received, 1 << 20);
    decoder.configure(digests, digests, 1 << 20);
    writer.configure(digests, digests);
    segment =
        PooledByteBufAllocator.DEFAULT.directBuffer(
            PduWriter.HEADROOM + segmentBytes + PduWriter.TAILROOM);
    segment.writeZero(PduWriter.HEADROOM + segmentBytes);
    wire = PooledByteBufAllocator.DEFAULT.directBuffer(Bhs.BYTES + segmentBytes + 16);
    write();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      wire.writeBytes(part);
      part.release();
    }
  }

  /** Gives the buffers back. */
  @TearDown
  public void release() {
    wire.release();
    segment.release();
    received.room.release();
    channel.finishAndReleaseAll();
  }

  /** Bytes to a PDU. */
  @Benchmark
  public int decode() {
    decoder.feed(wire.readerIndex(0));
    return received.opcode;
  }

  /** A PDU to bytes, as far as the socket. */
  @Benchmark
  public int encode() {
    write();
    int bytes = 0;
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      bytes += part.readableBytes();
      part.release();
    }
    return bytes;
  }

  private void write() {
    if (segmentBytes == 0) {
      writer.write(writer.header(Opcode.SCSI_RESPONSE, 0x80));
    } else {
      segment.setIndex(PduWriter.HEADROOM, PduWriter.HEADROOM + segmentBytes);
      writer.write(writer.header(Opcode.DATA_IN, 0x80), segment.retain());
    }
    writer.flush();
  }
}
