/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.LogCapture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Peers that send, read, or log in too slowly or never; others are served meanwhile. */
class SlowPeerTest {

  private LogCapture log;
  private SessionFixture fixture;
  private RawInitiator honest;

  @BeforeEach
  void openLog() {
    log = new LogCapture();
  }

  private void serve(TargetLimits limits) throws Exception {
    fixture = new SessionFixture(limits);
    honest = fixture.loggedIn();
  }

  private static TargetLimits times(int loginMillis, int silenceMillis) {
    return TargetLimits.DEFAULT.withTimes(
        Duration.ofMillis(loginMillis), Duration.ofMillis(silenceMillis));
  }

  @AfterEach
  void stop() throws Exception {
    fixture.awaitOnly(honest);
    honest.close();
    fixture.close();
    log.close();
    assertThat(log.defects()).isEmpty();
  }

  @Test
  void aLoginByteByByteEndsWithItsTime() throws Exception {
    serve(times(3_000, 60_000));
    try (RawInitiator slow = fixture.connect()) {
      ByteBuffer header = RawInitiator.header(0x43, 0x87, 1).putInt(4, 8000);
      boolean open = true;
      for (int i = 0; open; i++) {
        honest.settle();
        try {
          slow.sendRaw(new byte[] {i < 48 ? header.get(i) : (byte) 'a'});
        } catch (IOException e) {
          open = false;
        }
        assertThat(i).as("bytes of a login of 8048").isLessThan(8048);
        open &= i < 8000 || !slow.isClosed();
        for (int pause = 0; open && pause < 20; pause++) {
          honest.settle();
        }
      }
    }
  }

  @Test
  void theOldestOfTooManyHalfOpenLoginsMakesRoom() throws Exception {
    serve(times(60_000, 60_000).withConnections(100, 3));
    RawInitiator[] silent = new RawInitiator[10];
    for (int i = 0; i < silent.length; i++) {
      silent[i] = fixture.connect();
      if (i < 3) {
        fixture.awaitUse(honest, new TargetUse(2 + i, 1 + i, 0, 0));
      } else {
        assertThat(silent[i - 3].countUntilClosed()).isZero();
      }
    }
    assertThat(silent[9].login(BOB.value(), 1).u16(36)).isZero();
    for (RawInitiator each : silent) {
      each.close();
    }
  }

  @Test
  void dataThatNeverComesEndsTheConnectionThoughItsPingsDo() throws Exception {
    serve(times(60_000, 2_000));
    try (RawInitiator slow = fixture.loggedInAs(BOB.value(), 1, "InitialR2T=Yes")) {
      slow.send(SessionFixture.write(slow, 2048));
      boolean open = true;
      while (open) {
        honest.settle();
        try {
          slow.send(RawInitiator.header(0x40, 0x80, 77).putInt(20, RawInitiator.NO_TAG));
          slow.receive();
        } catch (IOException e) {
          open = false;
        }
      }
    }
  }

  @Test
  void whoNeverReadsIsNotReadFromAndThenDropped() throws Exception {
    serve(times(60_000, 2_000));
    try (RawInitiator deaf = new RawInitiator(fixture.served.target().portal(), 4096)) {
      deaf.login(BOB.value(), 1);
      for (int i = 0; i < 64; i++) {
        deaf.send(SessionFixture.read(deaf, 8192));
      }
      long most = 0;
      while (fixture.served.use().connections() > 1) {
        honest.settle();
        most = Math.max(most, fixture.served.use().transferBytes());
      }
      assertThat(most).as("of 256 MiB asked for").isBetween(1L << 20, 80L << 20);
    }
  }
}
