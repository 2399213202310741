/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.CopyBench.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CopyLimits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a parameter list of EXTENDED COPY is found before anything is copied. */
class CopyListTest {

  private final CopyBench bench = new CopyBench();
  private final CopyBench.Unit unit = bench.unit(MIB, 512);
  private final CopyBench.Host host = bench.host("a").sees(0, unit);
  private final byte[] name = host.designator(0);

  private CopyLists list(boolean longForm) {
    return longForm ? CopyLists.lid4(1) : CopyLists.lid1(1);
  }

  private Outcome send(int serviceAction, int announced, byte[] list) {
    return host.send(0, list, "83 %02X 0000000000000000 %08X 00 00", serviceAction, announced)
        .outcome();
  }

  private void refuses(CopyLists list, Sense expected) {
    assertThat(host.copy(0, list).outcome()).isEqualTo(expected);
    assertThat(unit.device.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aListThatEndsAnywhereBeforeItsEndIsTooShort(boolean longForm) {
    byte[] whole = list(longForm).cscd(name).segment(0, 0, 1, 0, 8).bytes();

    for (int length = 1; length < whole.length; length++) {
      assertThat(send(longForm ? 1 : 0, length, Arrays.copyOf(whole, length)))
          .as("%d bytes", length)
          .isEqualTo(Sense.PARAMETER_LIST_LENGTH);
      assertThat(send(longForm ? 1 : 0, whole.length, Arrays.copyOf(whole, length)))
          .as("%d of the announced bytes", length)
          .isEqualTo(Sense.PARAMETER_LIST_LENGTH);
    }
    assertThat(send(longForm ? 1 : 0, 0, Initiator.NOTHING)).isEqualTo(Outcome.GOOD);
    assertThat(unit.device.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void limitsThatAreReportedAreEnforced(boolean longForm) {
    CopyLists manyUnits = list(longForm);
    CopyLists manySegments = list(longForm).cscd(name);
    CopyLists full = list(longForm);
    for (int i = 0; i < CopyLimits.CSCD_DESCRIPTORS; i++) {
      manyUnits.cscd(name);
      full.cscd(name);
    }
    for (int i = 0; i < CopyLimits.SEGMENT_DESCRIPTORS; i++) {
      manySegments.segment(0, 0, 0, 0, 0);
      full.segment(longForm ? 1 : 0, longForm ? 1 : 0, 0, 0, 0);
    }

    host.copy(0, full).good();
    refuses(manyUnits.cscd(name), Sense.TOO_MANY_TARGET_DESCRIPTORS);
    refuses(manySegments.segment(0, 0, 0, 0, 0), Sense.TOO_MANY_SEGMENT_DESCRIPTORS);
    refuses(full.cscd(name), Sense.PARAMETER_LIST_LENGTH);
    refuses(list(longForm).inlineData(4), Sense.INLINE_DATA_TOO_LONG);
  }

  @Test
  void descriptorsOfOtherTypesAreRefused() {
    byte[] fibreChannel = new byte[32];
    fibreChannel[0] = (byte) 0xE0;
    byte[] longName = new byte[32];
    longName[0] = (byte) 0xE4;
    longName[7] = 21;
    byte[] streamToStream = new byte[20];
    streamToStream[0] = 3;
    byte[] badLength = new byte[28];
    badLength[0] = 2;
    badLength[3] = 0x14;

    refuses(
        CopyLists.lid1(1).cscd(name).rawCscd(fibreChannel),
        Sense.BAD_TARGET_DESCRIPTOR.atParameter(16 + 32));
    refuses(
        CopyLists.lid1(1).rawCscd(longName), Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(16 + 7));
    refuses(
        CopyLists.lid1(1).rawCscd(new byte[31]), Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(2));
    refuses(
        CopyLists.lid1(1).cscd(name).rawSegment(streamToStream),
        Sense.BAD_SEGMENT_DESCRIPTOR.atParameter(16 + 32));
    refuses(
        CopyLists.lid1(1).cscd(name).rawSegment(badLength),
        Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(16 + 32 + 2));
    refuses(
        CopyLists.lid1(1).cscd(name).segment(0, 0, 1, 0, 8).rawSegment((byte) 2),
        Sense.PARAMETER_LIST_LENGTH);
  }

  @Test
  void headersAreChecked() {
    refuses(CopyLists.lid1(1).usage(1), Sense.INVALID_FIELD_IN_PARAMETERS.atParameterBit(1, 4));
    refuses(CopyLists.lid1(1).usage(3), Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(0));
    refuses(CopyLists.lid4(1).usage(3), Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(20));
    refuses(CopyLists.lid4(0).usage(3).flags(1), Sense.INVALID_FIELD_IN_CDB);
    refuses(CopyLists.lid4(1).flags(3), Sense.INVALID_FIELD_IN_CDB);
    for (int at : new int[] {0, 2, 16}) {
      byte[] list = CopyLists.lid4(1).bytes();
      list[at] ^= 0x10;
      assertThat(send(1, list.length, list))
          .isEqualTo(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(at));
    }
    host.copy(0, CopyLists.lid1(0).usage(3)).good();
    host.copy(0, CopyLists.lid1(7).usage(2)).good();
  }

  @Test
  void anyBytesGetAnAnswer() {
    Random random = new Random(20261126);
    for (int run = 0; run < 20_000; run++) {
      boolean longForm = random.nextBoolean();
      byte[] list = list(longForm).cscd(name).segment(0, 0, 4, 0, 8).bytes();
      for (int i = random.nextInt(6); i >= 0; i--) {
        list[random.nextInt(list.length)] = (byte) random.nextInt();
      }
      int announced = random.nextInt(list.length + 2);

      assertThat(send(longForm ? 1 : 0, announced, list))
          .as("run %d", run)
          .isNotNull()
          .isNotEqualTo(Sense.INTERNAL_TARGET_FAILURE);
    }
  }

  @Test
  void pageAndOperatingParametersNameTheSameLimitsAndTheCommandsThatThereAre() {
    ByteBuffer parameters = host.send(0, "84 03 0000000000000000 000000FF 00 00").reply();
    ByteBuffer page = host.send(0, "12 01 8F 03FF 00").reply();

    assertThat(parameters.getInt(0)).isEqualTo(42);
    assertThat(parameters.getShort(8)).isEqualTo((short) CopyLimits.CSCD_DESCRIPTORS);
    assertThat(parameters.getShort(10)).isEqualTo((short) CopyLimits.SEGMENT_DESCRIPTORS);
    assertThat(parameters.getInt(12)).isEqualTo(CopyLimits.DESCRIPTOR_LIST_BYTES);
    assertThat(page.getShort(2)).isEqualTo((short) (page.limit() - 4));
    int previous = -1;
    for (int at = 4; at < page.limit(); at += 4 + page.getShort(at + 2)) {
      int type = page.getShort(at) & 0xFFFF;
      assertThat(type).as("ascending types").isGreaterThan(previous);
      assertThat(page.getShort(at + 2) % 4).as("padding of %04x", type).isZero();
      previous = type;
      if (type == 0x0001) {
        commandsExist(page.slice(at + 5, page.get(at + 4)));
      }
      if (type == 0x0004) {
        assertThat(page.getShort(at + 8)).isEqualTo((short) CopyLimits.CSCD_DESCRIPTORS);
        assertThat(page.getInt(at + 12)).isEqualTo(CopyLimits.DESCRIPTOR_LIST_BYTES);
      }
    }
    assertThat(previous).isEqualTo(0x8001);
  }

  private static void commandsExist(ByteBuffer list) {
    long listed = 0;
    while (list.hasRemaining()) {
      int opcode = list.get() & 0xFF;
      for (int count = list.get(); count > 0; count--) {
        assertThat(CommandSet.blockDevice().find(opcode, list.get())).isNotNull();
        listed++;
      }
    }
    assertThat(CommandSet.blockDevice().all().stream().filter(CopyListTest::isThirdParty).count())
        .isEqualTo(listed);
  }

  private static boolean isThirdParty(io.lunette.scsi.device.CommandDescriptor row) {
    return row.opcode() == 0x83 || row.opcode() == 0x84;
  }
}
