/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.InitiatorPort;
import io.lunette.scsi.device.Registrant;
import io.lunette.scsi.device.TransportId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** REGISTER with SPEC_I_PT and ALL_TG_PT, and REGISTER AND MOVE. */
class RegisterTest {

  private static final int REGISTER = 0;
  private static final int IGNORE = 6;
  private static final int SPEC_I_PT = 8;
  private static final int ALL_TG_PT = 4;
  private static final int APTPL = 1;
  private static final String READ = "28 00 00000000 00 0001 00";

  private final TestUnit unit = TestUnit.small();
  private final Initiator a = unit.initiator;
  private final Initiator b = unit.another("b");

  private static TestTask register(
      Initiator by, int action, int flags, long key, long newKey, byte[]... ids) {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    for (byte[] id : ids) {
      rest.writeBytes(id);
    }
    boolean specifies = (flags & SPEC_I_PT) != 0;
    ByteBuffer list = ByteBuffer.allocate(24 + (specifies ? 4 + rest.size() : 0));
    list.putLong(key).putLong(newKey).putInt(0).put((byte) flags);
    if (specifies) {
      list.putInt(24, rest.size()).put(28, rest.toByteArray());
    }
    return send(by, action, list.array());
  }

  private static TestTask send(Initiator by, int action, byte[] list) {
    return by.send(list, "5F %02X 00 0000 %08X 00", action, list.length);
  }

  private static ByteBuffer move(long key, long newKey, int flags, int targetPort, byte[] id) {
    return ByteBuffer.allocate(24 + id.length)
        .putLong(key)
        .putLong(newKey)
        .put((byte) 0)
        .put((byte) flags)
        .putShort((short) targetPort)
        .putInt(id.length)
        .put(id);
  }

  private static TestTask move(Initiator by, ByteBuffer list) {
    return send(by, 7, list.array());
  }

  private Map<Registrant, Long> keys() {
    return unit.unit.persistentReservations().state().keys();
  }

  private static void conflicts(TestTask task) {
    assertThat(task.outcome()).isEqualTo(Outcome.RESERVATION_CONFLICT);
  }

  private static void refused(TestTask task, int byteIndex) {
    assertThat(task.outcome()).isEqualTo(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(byteIndex));
  }

  @Test
  void specifiedPortsAreRegisteredWithTheOneThatAsks() {
    InitiatorPort away = new InitiatorPort("iqn.2026-01.example:away", 0xABCDEF);

    register(a, REGISTER, SPEC_I_PT, 0, 0xA, b.transportId(), TransportId.of(away)).good();

    assertThat(keys())
        .containsExactly(
            Map.entry(a.nexus().registrant(), 0xAL),
            Map.entry(b.nexus().registrant(), 0xAL),
            Map.entry(new Registrant(away, 1), 0xAL));
    a.send("5F 01 03 0000 00000018 00").sense(Sense.PARAMETER_LIST_LENGTH);
    assertThat(a.send("5E 00 00 00 00 00 00 0400 00").reply().getInt(0)).isEqualTo(1);
  }

  @Test
  void aNameWithoutAPortStandsForItsKnownPorts() {
    register(a, REGISTER, SPEC_I_PT, 0, 0xA, Initiator.transportId("IQN.2026-01.example:B")).good();

    assertThat(keys().keySet()).containsExactly(a.nexus().registrant(), b.nexus().registrant());
    register(b, REGISTER, 0, 0xA, 0).good();
    register(b, REGISTER, SPEC_I_PT, 0, 0xB, Initiator.transportId("iqn.2026-01.example:nobody"))
        .good();
    assertThat(keys()).hasSize(2);
  }

  @Test
  void aPortThatIsRegisteredAlreadyKeepsItsKey() {
    register(b, REGISTER, 0, 0, 0xB).good();

    register(a, REGISTER, SPEC_I_PT, 0, 0xA, b.transportId()).good();

    assertThat(keys()).containsEntry(b.nexus().registrant(), 0xBL);
  }

  @Test
  void specifiedPortsAreForANewRegistrationByRegisterAlone() {
    refused(register(a, IGNORE, SPEC_I_PT, 0, 0xA, b.transportId()), 20);
    register(a, REGISTER, 0, 0, 0xA).good();
    refused(register(a, REGISTER, SPEC_I_PT, 0xA, 0xAA, b.transportId()), 20);
    refused(register(a, REGISTER, SPEC_I_PT, 0xA, 0, b.transportId()), 20);
    conflicts(register(a, REGISTER, SPEC_I_PT, 0x99, 0xAA, b.transportId()));
    for (int action = 1; action <= 5; action++) {
      byte[] list = ByteBuffer.allocate(24).putLong(0xA).put(20, (byte) SPEC_I_PT).array();
      refused(a.send(list, "5F %02X 03 0000 00000018 00", action), 20);
    }
    assertThat(keys()).containsOnlyKeys(a.nexus().registrant());
  }

  @Test
  void aListThatIsNotWholeRegistersNobody() {
    byte[] id = b.transportId();
    ByteBuffer list = ByteBuffer.allocate(28 + id.length);
    list.putLong(8, 0xA).put(20, (byte) SPEC_I_PT).putInt(24, id.length).put(28, id);
    for (int length = 24; length < list.capacity(); length++) {
      byte[] part = java.util.Arrays.copyOf(list.array(), length);
      refused(send(a, REGISTER, part), 24);
    }
    list.putInt(24, id.length - 4);
    refused(send(a, REGISTER, list.array()), 24);
    list.putInt(24, -1);
    refused(send(a, REGISTER, list.array()), 24);

    list.put(20, (byte) 0);
    send(a, REGISTER, list.array()).sense(Sense.PARAMETER_LIST_LENGTH);
    assertThat(keys()).isEmpty();
  }

  @Test
  void tooManyRegistrationsAreRefusedWhole() {
    byte[][] ids = new byte[511][];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = TransportId.of(new InitiatorPort("iqn.2026-01.example:many", i));
    }
    register(a, REGISTER, SPEC_I_PT, 0, 0xA, ids).good();
    assertThat(keys()).hasSize(512);

    register(b, REGISTER, 0, 0, 0xB).sense(Sense.INSUFFICIENT_REGISTRATION);

    assertThat(keys()).hasSize(512);
    register(a, REGISTER, 0, 0xA, 0).good();
    register(b, REGISTER, 0, 0, 0xB).good();
  }

  @Test
  void allTargetPortsGetARegistrationEach() {
    register(a, REGISTER, ALL_TG_PT, 0, 0xA).good();
    InitiatorPort port = a.nexus().port();
    assertThat(keys()).containsOnlyKeys(new Registrant(port, 1), new Registrant(port, 2));

    register(a, IGNORE, ALL_TG_PT, 0, 0xAA).good();
    assertThat(Set.copyOf(keys().values())).containsExactly(0xAAL);

    register(a, REGISTER, 0, 0xAA, 0).good();
    assertThat(keys()).containsOnlyKeys(new Registrant(port, 2));
    register(a, IGNORE, ALL_TG_PT, 0, 0).good();
    assertThat(keys()).isEmpty();
  }

  @Test
  void withoutAStoreNothingIsKeptOverAPowerLoss() {
    assertThat(a.send("5E 02 00 00 00 00 00 0400 00").data())
        .containsExactly(0, 8, 0x1C, 0xB0, 0xEA, 1, 0, 0);
    refused(register(a, REGISTER, APTPL, 0, 0xA), 20);
    refused(register(a, IGNORE, APTPL, 0, 0xA), 20);
    register(a, REGISTER, 0, 0, 0xA).good();
    a.send(
            ByteBuffer.allocate(24).putLong(0xA).put(20, (byte) (APTPL | ALL_TG_PT)).array(),
            "5F 01 03 0000 00000018 00")
        .good();
    refused(move(a, move(0xA, 0xB, 1, 1, b.transportId())), 17);
  }

  @Test
  void moveMakesAnotherPortTheHolder() {
    register(a, REGISTER, 0, 0, 0xA).good();
    a.send(ByteBuffer.allocate(24).putLong(0xA).array(), "5F 01 03 0000 00000018 00").good();

    move(a, move(0xA, 0xB, 0, 1, b.transportId())).good();

    b.send(READ).good();
    conflicts(a.send(READ));
    assertThat(keys()).containsValues(0xAL, 0xBL).hasSize(2);
    conflicts(move(a, move(0xA, 0xB, 0, 1, b.transportId())));
    move(b, move(0xB, 0xAA, 2, 1, Initiator.transportId("iqn.2026-01.example:a"))).good();
    assertThat(keys()).containsOnly(Map.entry(a.nexus().registrant(), 0xAAL));
    a.send(READ).good();
    conflicts(b.send(READ));
  }

  @Test
  void moveNamesAPortOfTheTargetAndOneOfAnother() {
    register(a, REGISTER, 0, 0, 0xA).good();
    conflicts(move(a, move(0xA, 0xB, 0, 1, b.transportId())));
    a.send(ByteBuffer.allocate(24).putLong(0xA).array(), "5F 01 03 0000 00000018 00").good();

    conflicts(move(a, move(0x99, 0xB, 0, 1, b.transportId())));
    conflicts(move(b, move(0, 0xB, 0, 1, a.transportId())));
    refused(move(a, move(0xA, 0, 0, 1, b.transportId())), 8);
    refused(move(a, move(0xA, 0xB, 0, 3, b.transportId())), 18);
    refused(move(a, move(0xA, 0xB, 0, 0, b.transportId())), 18);
    refused(move(a, move(0xA, 0xB, 0, 1, a.transportId())), 24);
    refused(move(a, move(0xA, 0xB, 0, 1, Initiator.transportId("iqn.2026-01.example:no"))), 24);
    refused(move(a, move(0xA, 0xB, 0, 1, new byte[24])), 20);
    refused(move(a, move(0xA, 0xB, 0, 1, b.transportId()).putInt(20, 24)), 20);
    send(a, 7, new byte[24]).sense(Sense.PARAMETER_LIST_LENGTH);
    a.send(new byte[24], "5F 07 00 0000 00000030 00").sense(Sense.PARAMETER_LIST_LENGTH);

    assertThat(keys()).containsOnly(Map.entry(a.nexus().registrant(), 0xAL));
    move(a, move(0xA, 0xB, 0, 2, a.transportId())).good();
    conflicts(a.send(READ));
  }

  @Test
  void aReservationOfAllRegistrantsIsNotMoved() {
    register(a, REGISTER, 0, 0, 0xA).good();
    a.send(ByteBuffer.allocate(24).putLong(0xA).array(), "5F 01 07 0000 00000018 00").good();

    conflicts(move(a, move(0xA, 0xB, 0, 1, b.transportId())));
  }

  @Test
  void whateverParameterListComesIsAnsweredAndNothingIsHalfDone() {
    Random random = new Random(20261126);
    byte[] sound = b.transportId();
    int registered = 0;
    for (int round = 0; round < 30_000; round++) {
      boolean moves = round % 3 == 0;
      int idAt = moves ? 24 : 28;
      byte[] list = new byte[random.nextInt(4) == 0 ? random.nextInt(120) : idAt + sound.length];
      random.nextBytes(list);
      if (list.length == idAt + sound.length) {
        ByteBuffer view = ByteBuffer.wrap(list);
        view.putLong(0, moves ? 1 : 0).putLong(8, random.nextInt(3));
        view.put(20, (byte) SPEC_I_PT).putInt(moves ? 20 : 24, sound.length).put(idAt, sound);
        list[random.nextInt(list.length)] = (byte) random.nextInt();
      }
      Map<Registrant, Long> before = Map.copyOf(keys());

      TestTask task = send(a, moves ? 7 : REGISTER, list);

      assertThat(task.isPending()).isFalse();
      assertThat(task.outcome()).isNotEqualTo(Sense.INTERNAL_TARGET_FAILURE);
      if (task.outcome() == Outcome.GOOD) {
        registered += keys().size();
        register(a, IGNORE, 0, 0, 1).good();
        byte[] clear = ByteBuffer.allocate(24).putLong(1).array();
        a.send(clear, "5F 03 00 0000 00000018 00").good();
        b.send("00 00 00 00 00 00");
      } else {
        assertThat(keys()).isEqualTo(before);
      }
    }
    assertThat(registered).isPositive();
  }
}
