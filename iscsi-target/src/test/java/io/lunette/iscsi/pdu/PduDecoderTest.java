/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PduDecoderTest {

  private static final int MOST = 8192;

  /** What was received: opcode, AHS length, and the data. */
  private record Pdu(int opcode, int itt, int ahsBytes, List<Byte> data) {}

  private static class Collector implements PduReceiver {
    final List<Pdu> pdus = new ArrayList<>();
    final List<PduFault> faults = new ArrayList<>();
    int room = Integer.MAX_VALUE;

    @Override
    public ByteBuf segmentTarget(PduHeader header) {
      int bytes = Math.min(room, header.dataBytes());
      return room == 0 ? null : Unpooled.buffer(bytes, bytes);
    }

    @Override
    public void received(PduHeader header, ByteBuf segment) {
      List<Byte> data = new ArrayList<>();
      while (segment != null && segment.isReadable()) {
        data.add(segment.readByte());
      }
      pdus.add(new Pdu(header.opcode(), header.itt(), header.ahsBytes(), data));
    }

    @Override
    public void broken(PduFault fault, PduHeader header) {
      faults.add(fault);
    }
  }

  private final Collector collector = new Collector();

  private PduDecoder decoder(boolean headerDigest, boolean dataDigest) {
    PduDecoder decoder = new PduDecoder(collector, MOST);
    decoder.configure(headerDigest, dataDigest, MOST);
    return decoder;
  }

  private static List<Byte> boxed(byte[] bytes) {
    List<Byte> list = new ArrayList<>();
    for (byte each : bytes) {
      list.add(each);
    }
    return list;
  }

  private static byte[] data(int bytes) {
    byte[] data = new byte[bytes];
    new Random(bytes).nextBytes(data);
    return data;
  }

  private static void putDigest(ByteArrayOutputStream out, byte[]... parts) {
    CRC32C crc = new CRC32C();
    for (byte[] part : parts) {
      crc.update(part, 0, part.length);
    }
    for (int shift = 0; shift < 32; shift += 8) {
      out.write((int) (crc.getValue() >> shift));
    }
  }

  private static byte[] pdu(
      int opcode, int itt, int ahsWords, byte[] data, boolean headerDigest, boolean dataDigest) {
    byte[] header = new byte[48 + 4 * ahsWords];
    header[0] = (byte) opcode;
    header[4] = (byte) ahsWords;
    header[5] = (byte) (data.length >> 16);
    header[6] = (byte) (data.length >> 8);
    header[7] = (byte) data.length;
    header[19] = (byte) itt;
    Arrays.fill(header, 48, header.length, (byte) 0x5A);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header);
    if (headerDigest) {
      putDigest(out, header);
    }
    if (data.length > 0) {
      byte[] padding = new byte[-data.length & 3];
      out.writeBytes(data);
      out.writeBytes(padding);
      if (dataDigest) {
        putDigest(out, data, padding);
      }
    }
    return out.toByteArray();
  }

  private static void feed(PduDecoder decoder, byte[] bytes, int from, int to) {
    ByteBuf in = Unpooled.directBuffer().writeBytes(bytes, from, to - from);
    decoder.feed(in);
    assertThat(in.isReadable()).isFalse();
    in.release();
  }

  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true", "true, true"})
  void pdusAreTheSameWhereverTheStreamIsCut(boolean headerDigest, boolean dataDigest) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<Pdu> expected = new ArrayList<>();
    int[] lengths = {0, 1, 2, 3, 4, 37, 0, 64};
    int[] ahsWords = {0, 0, 1, 3, 0, 0, 2, 0};
    for (int i = 0; i < lengths.length; i++) {
      byte[] data = data(lengths[i]);
      stream.writeBytes(pdu(i, i + 9, ahsWords[i], data, headerDigest, dataDigest));
      expected.add(new Pdu(i, i + 9, 4 * ahsWords[i], boxed(data)));
    }
    byte[] bytes = stream.toByteArray();

    for (int cut = 0; cut <= bytes.length; cut++) {
      collector.pdus.clear();
      PduDecoder decoder = decoder(headerDigest, dataDigest);
      feed(decoder, bytes, 0, cut);
      feed(decoder, bytes, cut, bytes.length);
      assertThat(collector.pdus).as("cut at %d", cut).isEqualTo(expected);
    }
    for (int step = 1; step < 60; step++) {
      collector.pdus.clear();
      PduDecoder decoder = decoder(headerDigest, dataDigest);
      for (int at = 0; at < bytes.length; at += step) {
        feed(decoder, bytes, at, Math.min(bytes.length, at + step));
      }
      assertThat(collector.pdus).as("in steps of %d", step).isEqualTo(expected);
    }
    assertThat(collector.faults).isEmpty();
  }

  /** As a socket does that asks for room before it reads. */
  private static void receive(PduDecoder decoder, byte[] bytes, int step) {
    for (int at = 0; at < bytes.length; ) {
      ByteBuf room = decoder.room();
      ByteBuf in = room != null ? room : Unpooled.directBuffer(step, step);
      int n = Math.min(Math.min(step, in.writableBytes()), bytes.length - at);
      in.writeBytes(bytes, at, n);
      decoder.feed(in);
      assertThat(in.isReadable()).isFalse();
      in.release();
      at += n;
    }
  }

  @ParameterizedTest
  @CsvSource({"false, false", "true, false", "false, true", "true, true"})
  void longSegmentsAreTheSameWhenTheyAreReceivedWhereTheyBelong(
      boolean headerDigest, boolean dataDigest) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<Pdu> expected = new ArrayList<>();
    int[] lengths = {0, 20_001, 5, 40_000, 8191, 30_002, 0};
    for (int i = 0; i < lengths.length; i++) {
      byte[] data = data(lengths[i]);
      stream.writeBytes(pdu(i, i, 0, data, headerDigest, dataDigest));
      expected.add(new Pdu(i, i, 0, boxed(data)));
    }

    for (int step : new int[] {1000, 4096, 8192, 100_000}) {
      collector.pdus.clear();
      PduDecoder decoder = new PduDecoder(collector, 1 << 16);
      decoder.configure(headerDigest, dataDigest, 1 << 16);
      receive(decoder, stream.toByteArray(), step);
      assertThat(collector.pdus).as("in steps of %d", step).isEqualTo(expected);
    }
    assertThat(collector.faults).isEmpty();
  }

  @Test
  void thereIsRoomForTheRestOfALongSegmentAlone() {
    PduDecoder decoder = new PduDecoder(collector, 1 << 16);
    byte[] bytes = pdu(1, 2, 0, data(20_000), false, false);

    assertThat(decoder.room()).isNull();
    feed(decoder, bytes, 0, 48 + 1000);
    ByteBuf room = decoder.room();
    assertThat(room.writableBytes()).isEqualTo(19_000);
    room.release();
    feed(decoder, bytes, 48 + 1000, 48 + 15_000);
    assertThat(decoder.room()).isNull();
    feed(decoder, bytes, 48 + 15_000, bytes.length);

    assertThat(collector.pdus).containsExactly(new Pdu(1, 2, 0, boxed(data(20_000))));
  }

  @Test
  void aLongSegmentIsExpectedAfterALongOne() {
    int bytes = 64 << 10;
    PduDecoder decoder = new PduDecoder(collector, bytes);
    decoder.configure(false, false, bytes);
    byte[] longOne = pdu(0x05, 1, 0, data(bytes), false, false);
    byte[] shortOne = pdu(0x05, 2, 0, data(bytes - 4), false, false);

    assertThat(decoder.expectsLongSegment()).isFalse();
    feed(decoder, longOne, 0, longOne.length - 1);
    assertThat(decoder.expectsLongSegment()).as("within a segment").isFalse();
    feed(decoder, longOne, longOne.length - 1, longOne.length);
    assertThat(decoder.expectsLongSegment()).isTrue();
    feed(decoder, shortOne, 0, 1);
    assertThat(decoder.expectsLongSegment()).as("within a header").isFalse();
    feed(decoder, shortOne, 1, shortOne.length);
    assertThat(decoder.expectsLongSegment()).isFalse();
  }

  @Test
  void whatStillComesIntoRoomAfterAStopIsDropped() {
    PduDecoder decoder = new PduDecoder(collector, 1 << 16);
    feed(decoder, pdu(1, 2, 0, data(20_000), false, false), 0, 48 + 1000);
    ByteBuf room = decoder.room();

    decoder.stop();
    room.writeZero(19_000);
    decoder.feed(room);

    assertThat(room.isReadable()).isFalse();
    assertThat(collector.pdus).isEmpty();
    room.release();
  }

  @Test
  void anyFlippedBitOfAHeaderBreaksItsDigest() {
    byte[] good = pdu(1, 2, 1, data(5), true, true);
    for (int bit = 0; bit < 8 * (48 + 4 + 4); bit++) {
      if (bit / 8 >= 4 && bit / 8 < 8) {
        continue; // lengths: the digest is then sought elsewhere
      }
      collector.faults.clear();
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      feed(decoder(true, true), bad, 0, bad.length);
      assertThat(collector.faults).as("bit %d", bit).containsExactly(PduFault.HEADER_DIGEST);
    }
    assertThat(collector.pdus).isEmpty();
  }

  @Test
  void anyFlippedBitOfTheDataBreaksTheirDigest() {
    byte[] good = pdu(1, 2, 0, data(5), true, true);
    for (int bit = 8 * 52; bit < 8 * good.length; bit++) {
      collector.faults.clear();
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      feed(decoder(true, true), bad, 0, bad.length);
      assertThat(collector.faults).as("bit %d", bit).containsExactly(PduFault.DATA_DIGEST);
    }
    assertThat(collector.pdus).isEmpty();
  }

  @Test
  void nothingIsReceivedAfterAFault() {
    byte[] bad = pdu(1, 2, 0, data(5), true, false);
    bad[20] ^= 1;
    PduDecoder decoder = decoder(true, false);
    feed(decoder, bad, 0, bad.length);
    byte[] good = pdu(1, 2, 0, data(5), true, false);
    feed(decoder, good, 0, good.length);

    assertThat(collector.pdus).isEmpty();
    assertThat(collector.faults).hasSize(1);
  }

  @Test
  void aSegmentLongerThanDeclaredIsNotWaitedFor() {
    byte[] longest = pdu(1, 2, 0, data(MOST), false, false);
    feed(decoder(false, false), longest, 0, longest.length);
    assertThat(collector.pdus).hasSize(1);

    byte[] tooLong = pdu(1, 2, 0, data(MOST + 1), false, false);
    feed(decoder(false, false), tooLong, 0, 48);
    assertThat(collector.faults).containsExactly(PduFault.SEGMENT_TOO_LONG);
    assertThat(collector.pdus).hasSize(1);
  }

  @Test
  void whatTheReceiverHasNoRoomForIsDropped() {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.writeBytes(pdu(1, 2, 0, data(50), false, true));
    stream.writeBytes(pdu(3, 4, 0, data(0), false, true));

    collector.room = 10;
    feed(decoder(false, true), stream.toByteArray(), 0, stream.size());
    collector.room = 0;
    feed(decoder(false, true), stream.toByteArray(), 0, stream.size());

    assertThat(collector.pdus)
        .containsExactly(
            new Pdu(1, 2, 0, boxed(Arrays.copyOf(data(50), 10))),
            new Pdu(3, 4, 0, List.of()),
            new Pdu(1, 2, 0, List.of()),
            new Pdu(3, 4, 0, List.of()));
  }

  @Test
  void whatHoldsMayChangeBetweenTwoPdus() {
    PduDecoder[] decoder = new PduDecoder[1];
    Collector switching =
        new Collector() {
          @Override
          public void received(PduHeader header, ByteBuf segment) {
            super.received(header, segment);
            decoder[0].configure(true, true, MOST);
          }
        };
    decoder[0] = new PduDecoder(switching, 64);
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.writeBytes(pdu(3, 1, 0, data(64), false, false));
    stream.writeBytes(pdu(1, 2, 0, data(500), true, true));

    feed(decoder[0], stream.toByteArray(), 0, stream.size());

    assertThat(switching.faults).isEmpty();
    assertThat(switching.pdus).extracting(Pdu::opcode).containsExactly(3, 1);
  }

  @Test
  void aReceiverMayStopTheStreamFromWithin() {
    PduDecoder[] decoder = new PduDecoder[1];
    Collector stopping =
        new Collector() {
          @Override
          public void received(PduHeader header, ByteBuf segment) {
            super.received(header, segment);
            decoder[0].stop();
          }
        };
    decoder[0] = new PduDecoder(stopping, MOST);
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    stream.writeBytes(pdu(3, 1, 0, data(64), false, false));
    stream.writeBytes(pdu(1, 2, 0, data(5), false, false));

    feed(decoder[0], stream.toByteArray(), 0, stream.size());

    assertThat(stopping.pdus).hasSize(1);
  }

  @Test
  void noiseIsConsumedWithoutAnException() {
    Random random = new Random(7143);
    for (int round = 0; round < 2000; round++) {
      PduDecoder decoder = decoder(random.nextBoolean(), random.nextBoolean());
      byte[] noise = new byte[random.nextInt(4096)];
      random.nextBytes(noise);
      if (noise.length > 6) {
        noise[5] = 0;
        noise[6] &= 0x1F;
      }
      int cut = random.nextInt(noise.length + 1);
      feed(decoder, noise, 0, cut);
      feed(decoder, noise, cut, noise.length);
    }
    assertThat(collector.faults).hasSizeGreaterThan(100);
  }
}
