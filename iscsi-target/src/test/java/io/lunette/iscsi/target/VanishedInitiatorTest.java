/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.SessionFixture.NO_DATA;
import static io.lunette.iscsi.target.SessionFixture.RESERVATION_CONFLICT;
import static io.lunette.iscsi.target.SessionFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An initiator that is gone leaves nothing behind that others would notice. */
class VanishedInitiatorTest {

  private final BlockingQueue<Runnable> unanswered = new LinkedBlockingQueue<>();
  private SessionFixture fixture;

  private RawInitiator serve(java.util.concurrent.Executor completions) throws Exception {
    fixture = new SessionFixture(TargetLimits.DEFAULT, completions);
    return fixture.loggedInAs(ALICE.value(), 1);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void itsReservationIsReleased() throws Exception {
    try (RawInitiator stays = serve(Runnable::run)) {
      RawInitiator goes = fixture.loggedInAs(BOB.value(), 1);
      goes.send(goes.command(NO_DATA, 0, 0x16));
      assertThat(goes.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
      stays.send(SessionFixture.write(stays, 1), bytes(512, 1));
      assertThat(stays.receive().u8(3)).isEqualTo(RESERVATION_CONFLICT);

      goes.close();

      int status = RESERVATION_CONFLICT;
      while (status == RESERVATION_CONFLICT) {
        stays.send(SessionFixture.write(stays, 1), bytes(512, 1));
        status = stays.receive().u8(3);
      }
      assertThat(status).isEqualTo(RawInitiator.GOOD);
      fixture.awaitOnly(stays);
    }
  }

  @Test
  void itsBuffersAreGivenBack() throws Exception {
    try (RawInitiator stays = serve(Runnable::run)) {
      RawInitiator goes = fixture.loggedInAs(BOB.value(), 1, "InitialR2T=Yes");
      for (int i = 0; i < 4; i++) {
        ByteBuffer write = SessionFixture.write(goes, 4096);
        goes.send(write, bytes(65_536, 1));
        assertThat(goes.receive().opcode()).isEqualTo(0x31);
      }
      assertThat(fixture.served.use().transferBytes()).isGreaterThan(4 << 20);

      goes.close();

      fixture.awaitOnly(stays);
    }
  }

  /** COMPARE AND WRITE keeps others out until the device has ended it, whoever is still there. */
  @Test
  void whatItsDeviceStillHasEndsAndThenLetsOthersIn() throws Exception {
    try (RawInitiator stays = serve(unanswered::add);
        RawInitiator other = fixture.loggedInAs(ALICE.value(), 2)) {
      RawInitiator goes = fixture.loggedInAs(BOB.value(), 1);
      goes.send(
          goes.command(0xA0, 1024, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), bytes(1024, 0));
      Runnable comparing = unanswered.take();
      stays.send(SessionFixture.write(stays, 1), bytes(512, 7));
      goes.close();
      fixture.awaitUse(other, new TargetUse(2, 0, 0, 0));

      comparing.run();
      unanswered.take().run();
      unanswered.take().run();

      assertThat(stays.receive().u8(3)).isEqualTo(RawInitiator.GOOD);
      assertThat(fixture.device.bytes(0, 512)).containsOnly(7);
    }
  }
}
