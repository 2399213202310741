/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** The connection of a session made again (RFC 7143 §6.3.4), while other things go on. */
class ReinstatementTest {

  private static final int LOGIN = 0x43;
  private static final int TO_FULL_FEATURE = 0x87;

  private final BlockingQueue<Runnable> held = new LinkedBlockingQueue<>();

  @Test
  void aSessionThatIsEndedMeanwhileDoesNotGoOn() throws Exception {
    try (SessionFixture fixture = new SessionFixture(TargetLimits.DEFAULT, held::add);
        RawInitiator first = fixture.connect();
        RawInitiator again = fixture.connect()) {
      int tsih = first.login(ALICE.value(), 1).u16(14);
      first.settle();
      first.send(SessionFixture.read(first, 8));
      Runnable reading = held.take();
      again.send(
          RawInitiator.header(LOGIN, TO_FULL_FEATURE, 1)
              .putLong(8, 1L << 16 | tsih)
              .putInt(24, first.cmdSn),
          RawInitiator.text("InitiatorName=" + ALICE, "TargetName=" + NAME, "SessionType=Normal"));
      assertThat(first.isClosed()).as("another takes its place").isTrue();
      Thread ending = new Thread(() -> fixture.served.target().endSessions(ALICE));
      ending.start();
      while (ending.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }

      reading.run();

      assertThat(again.isClosed()).isTrue();
      ending.join();
      assertThat(fixture.served.target().sessions()).isEmpty();
    }
  }
}
