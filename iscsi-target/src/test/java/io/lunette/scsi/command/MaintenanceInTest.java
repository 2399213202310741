/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.CommandTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REPORT TARGET PORT GROUPS and the reports of what is supported; the ports in INQUIRY. */
class MaintenanceInTest {

  private static final String GROUPS =
      "00 01 0001 00 00 00 01  0000 0001" + "00 01 0002 00 00 00 01  0000 0002";

  private final TestUnit unit = new TestUnit(TestUnit.keyed(Runnable::run));
  private final Initiator initiator = unit.initiator;

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  @Test
  void everyPortalGroupIsActiveAndOptimized() {
    assertThat(initiator.send("A3 0A 00000000 00000400 00 00").data())
        .isEqualTo(hex("00000018" + GROUPS));
    assertThat(initiator.send("A3 2A 00000000 00000400 00 00").data())
        .isEqualTo(hex("0000001C 10 00 0000" + GROUPS));
    assertThat(initiator.send("A3 0A 00000000 00000004 00 00").data()).isEqualTo(hex("00000018"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"4A", "6A", "8A", "EA"})
  void otherFormatsAreRefused(String formatAndAction) {
    initiator.send("A3 " + formatAndAction + " 00000000 00000400 00 00").invalidField(1, 7);
  }

  @Test
  void theGroupsAreThereWhateverIsReservedPersistently() {
    Initiator other = unit.another("b");
    byte[] list = ByteBuffer.allocate(24).putLong(8, 0xB).array();
    other.send(list, "5F 00 00 0000 00000018 00").good();
    other.send(ByteBuffer.allocate(24).putLong(0xB).array(), "5F 01 03 0000 00000018 00").good();

    initiator.send("A3 0A 00000000 00000400 00 00").good();

    assertThat(initiator.send("28 00 00000000 00 0001 00").outcome())
        .isEqualTo(Outcome.RESERVATION_CONFLICT);
  }

  @Test
  void inquiryNamesThePortsAlike() {
    assertThat(initiator.send("12 00 00 00FF 00").data()[5] & 0x30).as("TPGS").isEqualTo(0x10);
    ByteBuffer ports = initiator.send("12 01 88 0400 00").reply();
    ByteBuffer unitPage = initiator.send("12 01 83 0400 00").reply();

    assertThat(ports.getShort(2) & 0xFFFF).isEqualTo(ports.capacity() - 4);
    ports.position(4);
    for (int id = 1; id <= 2; id++) {
      assertThat(ports.getShort()).isZero();
      assertThat(ports.getShort()).isEqualTo((short) id);
      assertThat(ports.getInt()).as("no initiator port").isZero();
      assertThat(ports.getShort()).isZero();
      assertThat(ports.getShort()).isEqualTo((short) 36);
      byte[] designator = new byte[36];
      ports.get(designator);
      assertThat(designator).startsWith(0x53, 0x98, 0, 32);
      String name = new String(designator, 4, 30, StandardCharsets.US_ASCII);
      assertThat(name).isEqualTo("iqn.2026-01.example:t,t,0x000" + id);
      boolean itsOwn = id == initiator.nexus().relativePort();
      assertThat(new String(unitPage.array(), StandardCharsets.US_ASCII).contains(name))
          .isEqualTo(itsOwn);
    }
    assertThat(ports.hasRemaining()).isFalse();
    assertThat(HexFormat.of().formatHex(unitPage.array()))
        .contains("51950004" + "00000001", "51940004" + "00000001");
  }

  @Test
  void everyCommandHasATimeoutDescriptor() {
    CommandTable table = CommandSet.blockDevice();
    ByteBuffer all = initiator.send("A3 0C 80 00 0000 00010000 00 00").reply();

    assertThat(all.getInt()).isEqualTo(20 * table.all().size());
    for (CommandDescriptor row : table.all()) {
      boolean hasAction = row.serviceAction() != CommandDescriptor.NO_SERVICE_ACTION;
      assertThat(all.get() & 0xFF).as(row.name()).isEqualTo(row.opcode());
      assertThat(all.get()).isZero();
      assertThat(all.getShort()).isEqualTo((short) (hasAction ? row.serviceAction() : 0));
      assertThat(all.get()).isZero();
      assertThat(all.get()).as("CTDP, SERVACTV").isEqualTo((byte) (hasAction ? 3 : 2));
      assertThat(all.getShort()).isEqualTo((short) row.cdbBytes());
      timeouts(row, all);
      ByteBuffer one =
          initiator
              .send(
                  "A3 0C 83 %02X %04X 00000100 00 00",
                  row.opcode(), hasAction ? row.serviceAction() : 0)
              .reply();
      assertThat(one.get(1) & 0xFF).as("CTDP, SUPPORT 011b").isEqualTo(0x83);
      timeouts(row, one.position(4 + row.cdbBytes()));
      assertThat(one.hasRemaining()).isFalse();
    }
    assertThat(all.hasRemaining()).isFalse();
  }

  private static void timeouts(CommandDescriptor row, ByteBuffer at) {
    assertThat(at.getShort()).isEqualTo((short) 10);
    assertThat(at.getShort()).isZero();
    assertThat(at.getInt()).as("nominal").isZero();
    assertThat(at.getInt()).as(row.name()).isEqualTo(row.recommendedTimeoutSeconds());
  }

  @Test
  void sanitizeTakesAsLongAsItTakes() {
    byte[] overwrite = initiator.send("A3 0C 83 48 0001 00000100 00 00").data();
    byte[] read = initiator.send("A3 0C 83 28 0000 00000100 00 00").data();

    assertThat(ByteBuffer.wrap(overwrite).getInt(overwrite.length - 4)).isZero();
    assertThat(ByteBuffer.wrap(read).getInt(read.length - 4)).isEqualTo(30);
  }

  @Test
  void taskManagementFunctionsAreReportedInBothForms() {
    assertThat(initiator.send("A3 0D 00 00 0000 00000004 00 00").data()).isEqualTo(hex("DA000000"));
    assertThat(initiator.send("A3 0D 80 00 0000 00000100 00 00").data())
        .isEqualTo(hex("DA00000C 00000000 00000000 00000000"));
    assertThat(initiator.send("A3 0D 80 00 0000 00000008 00 00").data()).hasSize(8);
    initiator.send("A3 0D 00 00 0000 00000003 00 00").invalidField(6, 7);
  }
}
