/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportIdTest {

  private static final InitiatorPort PORT =
      new InitiatorPort("iqn.2026-01.example:a", 0x8000_1234_5678L);

  private static byte[] id(int first, int length, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + Math.max(length, text.length))
        .put((byte) first)
        .put((byte) 0)
        .putShort((short) length)
        .put(text)
        .array();
  }

  private static Optional<TransportId> read(byte[] bytes) {
    return TransportId.read(ByteBuffer.wrap(bytes));
  }

  @Test
  void aPortIsItsNameAndIsid() {
    byte[] expected =
        HexFormat.of()
            .parseHex(
                "45000028"
                    + "69716e2e323032362d30312e6578616d706c653a61"
                    + "2c692c3078"
                    + "383030303132333435363738"
                    + "0000");

    assertThat(TransportId.of(PORT)).isEqualTo(expected);
    assertThat(read(expected)).contains(new TransportId(PORT.nodeName(), Optional.of(PORT)));
  }

  @Test
  void namesCompareWithoutRegardToCase() {
    assertThat(read(id(0x45, 40, "IQN.2026-01.Example:a,I,0X80001234567" + "8")))
        .contains(new TransportId(PORT.nodeName(), Optional.of(PORT)));
    assertThat(read(id(0x45, 40, "iqn.2026-01.example:a,i,0x8000ABCDEF01")))
        .hasValueSatisfying(
            id -> assertThat(id.port().orElseThrow().isid()).isEqualTo(0x8000_ABCD_EF01L));
  }

  @Test
  void aDeviceIsANameAlone() {
    assertThat(read(id(0x05, 24, "iqn.2026-01.example:a")))
        .contains(new TransportId("iqn.2026-01.example:a", Optional.empty()));
    assertThat(read(id(0x05, 24, "eui.02004567A425678D")))
        .contains(new TransportId("eui.02004567a425678d", Optional.empty()));
  }

  @Test
  void shortNamesArePaddedAndTheLongestFits() {
    assertThat(TransportId.of(new InitiatorPort("eui.1", 1))).hasSize(4 + 24);
    InitiatorPort longest = new InitiatorPort("iqn." + "n".repeat(219), 1);

    assertThat(read(TransportId.of(longest))).map(id -> id.port().orElseThrow()).contains(longest);
    assertThat(read(TransportId.of(new InitiatorPort("iqn." + "n".repeat(220), 1)))).isEmpty();
  }

  @Test
  void lengthIsOfBytesAndOfTheNameAsItIsKept() {
    String twoBytesEach = "iqn." + "n".repeat(216) + "\u00e9".repeat(2);
    String longerInLowerCase = "iqn." + "\u0130".repeat(80);

    assertThat(read(TransportId.of(new InitiatorPort(twoBytesEach, 1)))).isEmpty();
    assertThat(read(id(0x45, 184, longerInLowerCase + ",i,0x000000000001"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "disk",
        "iqn.",
        "iqn.2026-01.example:a,i,0x",
        "iqn.2026-01.example:a,i,0x80001234567",
        "iqn.2026-01.example:a,i,0x8000123456789",
        "iqn.2026-01.example:a,i,0x80001234567g",
        "iqn.2026-01.example:a,t,0x800012345678",
        "iqn.2026-01 example:a,i,0x800012345678",
      })
  void otherNamesAreNone(String name) {
    assertThat(read(id(0x45, 60, name))).isEmpty();
  }

  @Test
  void headersThatAreNotRightAreRefused() {
    String name = "iqn.2026-01.example:a,i,0x800012345678";
    assertThat(read(id(0x45, 40, name))).isPresent();

    for (int first : new int[] {0x05, 0x85, 0xC5, 0x46, 0x40, 0x55, 0x65}) {
      assertThat(read(id(first, 40, name))).as("first byte %02x", first).isEmpty();
    }
    for (int length : new int[] {0, 16, 38, 39, 41, 42, 36, 44, 0xFFFF}) {
      byte[] bytes = id(0x45, 40, name);
      ByteBuffer.wrap(bytes).putShort(2, (short) length);
      assertThat(read(bytes)).as("length %d", length).isEmpty();
    }
    byte[] afterTheEnd = id(0x45, 44, name);
    afterTheEnd[afterTheEnd.length - 1] = 'x';
    assertThat(read(afterTheEnd)).isEmpty();
    byte[] whole = id(0x45, 40, name);
    for (int length = 0; length < whole.length; length++) {
      assertThat(read(Arrays.copyOf(whole, length))).as("first %d bytes", length).isEmpty();
    }
  }

  @Test
  void aListIsReadToItsEnd() {
    byte[] a = TransportId.of(PORT);
    byte[] b = id(0x05, 24, "iqn.2026-01.example:b");
    ByteBuffer list = ByteBuffer.allocate(a.length + b.length + 1).put(a).put(b);

    assertThat(TransportId.readAll(list.slice(0, a.length + b.length))).map(List::size).contains(2);
    assertThat(TransportId.readAll(list.rewind())).isEmpty();
    assertThat(TransportId.readAll(ByteBuffer.allocate(0))).contains(List.of());
  }

  @Test
  void whateverBytesComeAreReadOrRefused() {
    Random random = new Random(20261126);
    byte[] sound = TransportId.of(PORT);
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = i % 2 == 0 ? new byte[random.nextInt(80)] : sound.clone();
      if (i % 2 == 0) {
        random.nextBytes(bytes);
      } else {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Optional<TransportId> id = read(bytes);
      if (id.isPresent() && id.get().port().isPresent()) {
        InitiatorPort port = id.get().port().get();
        assertThat(read(TransportId.of(port))).isEqualTo(id);
        read++;
      }
    }
    assertThat(read).as("bytes that were a port").isPositive();
  }
}
