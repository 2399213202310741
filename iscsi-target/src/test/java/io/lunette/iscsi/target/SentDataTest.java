/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the sockets have taken, against what all sessions together may hold. */
class SentDataTest {

  private static final int STATUS_PRESENT = 0x01;

  @Test
  void whatAnIdleInitiatorHasReadIsNotHeldAgainstOthers() throws Exception {
    TargetLimits limits =
        TargetLimits.DEFAULT.withTimes(Duration.ofSeconds(15), Duration.ofHours(1));
    try (SessionFixture fixture = new SessionFixture(limits);
        RawInitiator idle = fixture.loggedInAs(BOB.value(), 1);
        RawInitiator honest = fixture.loggedInAs(ALICE.value(), 1)) {
      idle.send(SessionFixture.read(idle, 16_384));
      RawInitiator.Pdu pdu;
      do {
        pdu = idle.receive();
      } while ((pdu.flags() & STATUS_PRESENT) == 0);

      honest.settleUntil(fixture.served::use, use -> use.transferBytes() <= 64 << 10);
    }
  }
}
