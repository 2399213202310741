/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.iscsi.target.RawInitiator.Pdu;
import io.lunette.scsi.command.CommandSet;
import io.lunette.scsi.device.CommandDescriptor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A LUN that is another initiator's, or was taken away, answers byte for byte like one that never
 * was (DESIGN I6), whatever it is sent.
 */
class MaskedLunTest {

  private static final int NEVER = 5;
  private static final int FOREIGN = 6;
  private static final int TAKEN = 7;
  private static final int LUN_NOT_SUPPORTED = 0x52500;

  private static SessionFixture fixture;
  private static MemoryBlockDevice foreign;
  private static MemoryBlockDevice taken;
  private static RawInitiator alice;

  @BeforeAll
  static void mask() throws Exception {
    fixture = new SessionFixture();
    foreign = MemoryBlockDevice.inline(1 << 20, 512);
    taken = MemoryBlockDevice.inline(1 << 20, 512);
    IscsiTarget target = fixture.served.target();
    target.map(ALICE, TAKEN, unit(taken, "taken"));
    alice = fixture.loggedIn("InitialR2T=Yes", "ImmediateData=Yes");
    alice.send(alice.command(0x80, 0, 0).put(9, (byte) TAKEN));
    assertThat(alice.receive().sense()).as("it is there").isEqualTo(SessionFixture.POWER_ON);
    target.unmap(ALICE, TAKEN);
    target.map(BOB, FOREIGN, unit(foreign, "foreign"));
    alice.settle();
  }

  @AfterAll
  static void stop() throws Exception {
    alice.close();
    fixture.close();
  }

  static Stream<CommandDescriptor> commands() {
    return CommandSet.blockDevice().all().stream();
  }

  static IntStream opcodesWithoutACommand() {
    return IntStream.range(0, 256)
        .filter(
            opcode ->
                CommandSet.blockDevice().all().stream().noneMatch(row -> row.opcode() == opcode));
  }

  /** What comes back, without the numbers that count PDUs. */
  private static List<String> answers(int lun, int flags, int expected, byte[] cdb, byte[] data)
      throws Exception {
    ByteBuffer command = alice.command(flags, expected).put(9, (byte) lun).putInt(16, 4711);
    command.position(32).put(cdb).clear();
    alice.send(command, data);
    List<String> answers = new ArrayList<>();
    while (true) {
      Pdu pdu = alice.receive();
      ByteBuffer header = pdu.header().duplicate().putInt(24, 0).putInt(28, 0).putInt(32, 0);
      answers.add(
          java.util.HexFormat.of().formatHex(header.array())
              + " "
              + java.util.HexFormat.of().formatHex(pdu.data()));
      if (pdu.opcode() == 0x21 || (pdu.opcode() == 0x25 && (pdu.flags() & 1) != 0)) {
        return answers;
      }
      assertThat(pdu.opcode()).as("nothing is asked for").isEqualTo(0x25);
    }
  }

  private static void assertNotToldApart(byte[] cdb) throws Exception {
    byte[] data = SessionFixture.bytes(512, 1);
    for (int lun : new int[] {FOREIGN, TAKEN}) {
      assertThat(answers(lun, 0x80, 0, cdb, new byte[0]))
          .isEqualTo(answers(NEVER, 0x80, 0, cdb, new byte[0]));
      assertThat(answers(lun, 0xC0, 4096, cdb, new byte[0]))
          .isEqualTo(answers(NEVER, 0xC0, 4096, cdb, new byte[0]));
      assertThat(answers(lun, 0xA0, 512, cdb, data))
          .isEqualTo(answers(NEVER, 0xA0, 512, cdb, data));
      assertThat(answers(lun, 0xA0, 65_536, cdb, new byte[0]))
          .isEqualTo(answers(NEVER, 0xA0, 65_536, cdb, new byte[0]));
    }
    assertThat(foreign.calls()).isEmpty();
    assertThat(taken.calls()).isEmpty();
  }

  private static byte[] cdb(CommandDescriptor row, int fill) {
    byte[] cdb = new byte[16];
    byte[] usage = row.usage();
    for (int i = 1; i < usage.length; i++) {
      cdb[i] = (byte) (usage[i] & fill);
    }
    cdb[0] = (byte) row.opcode();
    if (row.serviceAction() >= 0) {
      cdb[1] = (byte) (cdb[1] & 0xE0 | row.serviceAction());
    }
    return cdb;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void noCommandTellsThemApart(CommandDescriptor row) throws Exception {
    for (int fill : new int[] {0x00, 0x01, 0x55, 0xFF}) {
      assertNotToldApart(cdb(row, fill));
    }
  }

  @ParameterizedTest
  @MethodSource("opcodesWithoutACommand")
  void noOpcodeWithoutACommandDoes(int opcode) throws Exception {
    byte[] cdb = new byte[16];
    cdb[0] = (byte) opcode;
    assertNotToldApart(cdb);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8})
  void noTaskManagementDoes(int function) throws Exception {
    List<Integer> responses = new ArrayList<>();
    for (int lun : new int[] {NEVER, FOREIGN, TAKEN}) {
      alice.send(
          SessionFixture.taskManagement(alice, function).put(9, (byte) lun).putInt(20, 4711));
      responses.add(alice.receive().u8(2));
    }
    assertThat(responses).containsOnly(responses.get(0));
  }

  @Test
  void onlyWhatIsSeenIsReported() throws Exception {
    alice.send(alice.command(0xC0, 256, 0xA0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
    ByteBuffer list = ByteBuffer.wrap(alice.receive().data());

    assertThat(list.getInt(0)).as("bytes of the list").isEqualTo(8);
    assertThat(list.getLong(8)).as("LUN 0").isZero();
  }

  @Test
  void inquirySaysThatNothingCanBeThere() throws Exception {
    alice.send(alice.command(0xC0, 96, 0x12, 0, 0, 0, 96).put(9, (byte) FOREIGN));
    assertThat(alice.receive().data()[0] & 0xFF).as("qualifier 011b, type 1Fh").isEqualTo(0x7F);

    alice.send(alice.command(0x80, 0, 0).put(9, (byte) FOREIGN));
    assertThat(alice.receive().sense()).isEqualTo(LUN_NOT_SUPPORTED);
  }
}
