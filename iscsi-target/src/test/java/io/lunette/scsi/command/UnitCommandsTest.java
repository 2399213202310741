/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CommandDescriptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UnitCommandsTest {

  private final TestUnit unit = TestUnit.small();
  private final Initiator initiator = unit.initiator;

  @Test
  void aUnitIsReady() {
    initiator.send("00 00 00 00 00 00").good();
    initiator.send("00 00 00 00 00 04").invalidField(5, 2);
  }

  @Test
  void unknownCommandsAreRefused() {
    initiator.send("FF 00 00 00 00 00").sense(Sense.INVALID_OPCODE);
    initiator.send("82 00").sense(Sense.INVALID_OPCODE);
    initiator.send("A3 1F").invalidField(1, 4);
  }

  @Test
  void lunsAreListedInTheirAddressingMethods() {
    ByteBuffer list = initiator.send("A0 00 00 000000 00000100 00 00").reply();

    assertThat(list.getInt(0)).isEqualTo(24);
    assertThat(list.getShort(8)).isEqualTo((short) 0);
    assertThat(list.getShort(16)).isEqualTo((short) 255);
    assertThat(list.getShort(24)).isEqualTo((short) 0x4100);
    assertThat(initiator.send("A0 00 01 000000 00000100 00 00").reply().getInt(0)).isZero();
    initiator.send("A0 00 00 000000 0000000F 00 00").invalidField(6, 7);
    initiator.send("A0 00 03 000000 00000100 00 00").invalidField(2, 7);
  }

  @Test
  void aLunThatIsNotSeenAnswersOnlyToWhoAsks() {
    initiator.sendAstray("00 00 00 00 00 00").sense(Sense.LUN_NOT_SUPPORTED);
    initiator.sendAstray("28 00 00000000 00 0001 00").sense(Sense.LUN_NOT_SUPPORTED);
    initiator.sendAstray("FF 00 00 00 00 00").sense(Sense.LUN_NOT_SUPPORTED);
    initiator.sendAstray("12 01 00 00FF 00").sense(Sense.LUN_NOT_SUPPORTED);
    assertThat(initiator.sendAstray("12 00 00 00FF 00").data()[0]).isEqualTo((byte) 0x7F);
    byte[] sense = initiator.sendAstray("03 00 00 00 FF 00").data();
    assertThat(sense[2]).isEqualTo((byte) 5);
    assertThat(sense[12]).isEqualTo((byte) 0x25);
    assertThat(initiator.sendAstray("A0 00 00 000000 00000100 00 00").reply().getInt(0))
        .isEqualTo(24);
  }

  @Test
  void anUnmappedLunIsNotToldApartFromOneThatNeverWas() {
    Random random = new Random(4);
    initiator.nexus().establish(Sense.DEVICE_RESET);
    initiator.mapped().shut();

    for (CommandDescriptor row : CommandSet.blockDevice().all()) {
      byte[] cdb = new byte[row.cdbBytes()];
      byte[] usage = row.usage();
      for (int round = 0; round < 20; round++) {
        random.nextBytes(cdb);
        for (int i = 0; i < cdb.length; i++) {
          cdb[i] &= round < 15 ? usage[i] : (byte) 0xFF;
        }
        cdb[0] = (byte) row.opcode();
        String digits = java.util.HexFormat.of().formatHex(cdb);
        TestTask gone = initiator.send(new byte[1024], digits);
        TestTask never = initiator.sendAstray(digits);
        assertThat(gone.outcome()).as(row.name()).isEqualTo(never.outcome());
        assertThat(gone.bytes()).as(row.name()).isEqualTo(never.bytes());
      }
    }
    assertThat(unit.device.calls()).isEmpty();
  }

  @Test
  void whoeverChangesTheSizeEveryNexusHearsOfIt() {
    Initiator other = unit.another("b");
    unit.device.resize(2 * TestUnit.MIB);

    initiator.send("00 00 00 00 00 00").sense(Sense.CAPACITY_CHANGED);
    initiator.send("00 00 00 00 00 00").good();
    assertThat(other.send("03 00 00 00 FF 00").data()[12]).isEqualTo((byte) 0x2A);
    other.send("00 00 00 00 00 00").good();
    assertThat(other.send("25 00 00000000 0000 00 00").reply().getInt(0)).isEqualTo(4095);
  }

  @Test
  void aUnitAttentionIsToldOnceToTheNextCommand() {
    initiator.nexus().establish(Sense.POWER_ON_OR_RESET);
    initiator.nexus().establish(Sense.CAPACITY_CHANGED);
    initiator.nexus().establish(Sense.POWER_ON_OR_RESET);

    initiator.send("12 00 00 00FF 00").good();
    initiator.send("A0 00 00 000000 00000100 00 00").good();
    initiator.send("28 00 00000000 00 0001 00").sense(Sense.POWER_ON_OR_RESET);
    initiator.send("FF 00 00 00 00 00").sense(Sense.CAPACITY_CHANGED);
    initiator.send("00 00 00 00 00 00").good();
  }

  @Test
  void requestSenseReportsAUnitAttentionAsData() {
    initiator.nexus().establish(Sense.DEVICE_RESET);

    byte[] fixed = initiator.send("03 00 00 00 FF 00").data();
    assertThat(fixed).hasSize(18);
    assertThat(fixed[0]).isEqualTo((byte) 0x70);
    assertThat(fixed[2]).isEqualTo((byte) 6);
    assertThat(fixed[7]).isEqualTo((byte) 10);
    assertThat(fixed[12]).isEqualTo((byte) 0x29);
    assertThat(fixed[13]).isEqualTo((byte) 0x03);

    byte[] descriptor = initiator.send("03 01 00 00 FF 00").data();
    assertThat(descriptor).containsExactly(0x72, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void reportedLunsChangedIsClearedByReportLuns() {
    initiator.nexus().establish(Sense.REPORTED_LUNS_CHANGED);

    initiator.send("A0 00 00 000000 00000100 00 00").good();

    initiator.send("00 00 00 00 00 00").good();
  }

  @Test
  void stoppingFlushesAndTheMediumDoesNotLeave() {
    initiator.send("1B 00 00 00 00 00").good();
    assertThat(unit.device.count(Operation.FLUSH)).isEqualTo(1);
    initiator.send("1B 00 00 00 01 00").good();
    initiator.send("1B 00 00 00 02 00").invalidField(4, 1);

    Initiator other = unit.another("b");
    other.send("1E 00 00 00 01 00").good();
    initiator.send("1B 00 00 00 02 00").sense(Sense.REMOVAL_PREVENTED);
    other.send("1E 00 00 00 00 00").good();
    initiator.send("1B 00 00 00 02 00").invalidField(4, 1);
    initiator.send("28 00 00000000 00 0001 00").good();
  }

  @Test
  void defectListsAreEmpty() {
    assertThat(initiator.send("37 00 1D 00 00 00 00 0008 00").data())
        .containsExactly(0, 0x1D, 0, 0);
    assertThat(initiator.send("B7 1D 00000000 00000008 00 00").data())
        .containsExactly(0, 0x1D, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void aSelfTestIsWhetherTheUnitCanMakeDurableWhatItTook() {
    initiator.send("1D 00 00 0000 00").good();
    assertThat(unit.device.count(Operation.FLUSH)).isZero();

    initiator.send("1D 04 00 0000 00").good();
    assertThat(unit.device.count(Operation.FLUSH)).isEqualTo(1);

    unit.device.failNext(Operation.FLUSH, Kind.MEDIUM_WRITE);
    initiator.send("1D 04 00 0000 00").sense(Sense.WRITE_ERROR);
    initiator.send("1D 24 00 0000 00").invalidField(1, 5);
  }

  @Test
  void everyCommandIsReportedWithItsUsage() {
    List<CommandDescriptor> table =
        CommandSet.blockDevice().all().stream()
            .filter(row -> row.isOfferedBy(initiator.nexus().unit()))
            .toList();
    ByteBuffer all = initiator.send("A3 0C 00 00 0000 00010000 00 00").reply();

    assertThat(all.getInt(0)).isEqualTo(8 * table.size());
    for (int i = 0; i < table.size(); i++) {
      CommandDescriptor row = table.get(i);
      int at = 4 + 8 * i;
      boolean hasAction = row.serviceAction() >= 0;
      assertThat(all.get(at) & 0xFF).isEqualTo(row.opcode());
      assertThat(all.get(at + 5)).isEqualTo((byte) (hasAction ? 1 : 0));
      assertThat(all.getShort(at + 6)).isEqualTo((short) row.cdbBytes());
      byte[] one =
          initiator
              .send(
                  "A3 0C 03 %02X %04X 00000100 00 00",
                  row.opcode(), Math.max(0, row.serviceAction()))
              .data();
      assertThat(one[1] & 7).as(row.name()).isEqualTo(3);
      assertThat(one).hasSize(4 + row.cdbBytes());
      assertThat(one[4] & 0xFF).isEqualTo(row.opcode());
      if (hasAction) {
        assertThat(one[5] & 0x1F).isEqualTo(row.serviceAction());
      }
    }
  }

  @Test
  void commandsThatAreNotThereAreReportedSo() {
    assertThat(initiator.send("A3 0C 01 82 0000 00000100 00 00").data())
        .containsExactly(0, 1, 0, 0);
    assertThat(initiator.send("A3 0C 03 5E 001F 00000100 00 00").data())
        .containsExactly(0, 1, 0, 0);
    initiator.send("A3 0C 01 5E 0000 00000100 00 00").invalidField(2, 2);
    initiator.send("A3 0C 02 28 0000 00000100 00 00").invalidField(2, 2);
    initiator.send("A3 0C 04 28 0000 00000100 00 00").invalidField(2, 2);
    byte[] timeouts = initiator.send("A3 0C 81 28 0000 00000100 00 00").data();
    assertThat(timeouts[1] & 0xFF).isEqualTo(0x83);
    assertThat(timeouts).hasSize(4 + 10 + 12);
    assertThat(timeouts[15]).isEqualTo((byte) 10);
  }

  @Test
  void taskManagementFunctionsAreReported() {
    assertThat(initiator.send("A3 0D 00 00 0000 00000100 00 00").data())
        .containsExactly(0xDA, 0, 0, 0);
    assertThat(initiator.send("A3 0D 80 00 0000 00000100 00 00").data()).hasSize(16);
  }

  @Test
  void whateverArrivesEndsOnceAndWithoutAnException() {
    Random random = new Random(7143);
    List<CommandDescriptor> rows = CommandSet.blockDevice().all();
    for (int round = 0; round < 40_000; round++) {
      CommandDescriptor row = rows.get(random.nextInt(rows.size()));
      byte[] cdb = new byte[16];
      byte[] usage = row.usage();
      boolean wild = random.nextInt(8) == 0;
      for (int i = 0; i < usage.length; i++) {
        int value = random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(4);
        cdb[i] = (byte) (wild ? value : value & usage[i]);
      }
      cdb[0] = (byte) row.opcode();
      if (row.serviceAction() >= 0) {
        cdb[1] = (byte) (cdb[1] & ~0x1F | row.serviceAction());
      }
      byte[] data = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(4096)];
      for (int i = 0; i < data.length; i++) {
        data[i] = (byte) (random.nextInt(6) == 0 ? random.nextInt(256) : random.nextInt(2));
      }

      TestTask task = initiator.send(cdb, data);

      assertThat(task.isPending()).as(row.name()).isFalse();
    }
    unit.initiator.mapped().shut();
  }
}
