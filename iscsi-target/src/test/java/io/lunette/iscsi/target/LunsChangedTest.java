/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.unit;
import static io.lunette.iscsi.target.SessionFixture.NO_DATA;
import static io.lunette.iscsi.target.SessionFixture.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** An initiator hears once that its LUNs changed, not from each of them (LUICLR, SAM-5 §5.14). */
class LunsChangedTest {

  private static final int REPORTED_LUNS_CHANGED = 0x63F0E;

  private static Pdu send(RawInitiator initiator, int lun, ByteBuffer command) throws Exception {
    initiator.send(command.putLong(8, (long) lun << 48));
    return initiator.receive();
  }

  private static int ready(RawInitiator initiator, int lun) throws Exception {
    return send(initiator, lun, initiator.command(NO_DATA, 0, 0)).sense();
  }

  private static SessionFixture withTwoMore() throws Exception {
    SessionFixture fixture = new SessionFixture();
    for (int lun = 1; lun <= 2; lun++) {
      fixture
          .served
          .target()
          .mapForAll(lun, unit(fixture.served.volume("v" + lun, 1 << 20), "v" + lun));
    }
    return fixture;
  }

  private static RawInitiator settled(SessionFixture fixture) throws Exception {
    RawInitiator initiator = fixture.loggedIn();
    for (int lun = 1; lun <= 2; lun++) {
      while (ready(initiator, lun) != 0) {}
    }
    return initiator;
  }

  @Test
  void theFirstUnitThatTellsTellsForAll() throws Exception {
    try (SessionFixture fixture = withTwoMore();
        RawInitiator initiator = settled(fixture);
        RawInitiator other = fixture.loggedInAs(ServedTarget.BOB.value(), 7)) {
      fixture.served.target().mapForAll(3, unit(fixture.served.volume("v3", 1 << 20), "v3"));

      assertThat(ready(initiator, 1)).isEqualTo(REPORTED_LUNS_CHANGED);
      assertThat(ready(initiator, 0)).isZero();
      assertThat(ready(initiator, 2)).isZero();
      assertThat(ready(other, 0)).isEqualTo(REPORTED_LUNS_CHANGED);
    }
  }

  @Test
  void whoHasAskedNeedNotBeTold() throws Exception {
    try (SessionFixture fixture = withTwoMore();
        RawInitiator initiator = settled(fixture)) {
      fixture.served.target().mapForAll(3, unit(fixture.served.volume("v3", 1 << 20), "v3"));

      Pdu luns =
          send(initiator, 2, initiator.command(READ, 64, 0xA0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0));

      assertThat(luns.data()).hasSize(8 + 4 * 8);
      for (int lun = 0; lun <= 2; lun++) {
        assertThat(ready(initiator, lun)).as("LUN %d", lun).isZero();
      }
    }
  }
}
