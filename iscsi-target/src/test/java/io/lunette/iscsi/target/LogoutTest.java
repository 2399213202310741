/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logout (RFC 7143 §11.14) and the asynchronous messages that ask for it (§11.9). */
class LogoutTest {

  private static final int LOGOUT_RESPONSE = 0x26;
  private static final int ASYNC_MESSAGE = 0x32;

  private SessionFixture fixture;
  private RawInitiator initiator;

  @BeforeEach
  void start() throws Exception {
    fixture = new SessionFixture(TargetLimits.DEFAULT.withLogoutTime(Duration.ofSeconds(60)));
    initiator = fixture.loggedIn();
  }

  @AfterEach
  void stop() throws Exception {
    initiator.close();
    fixture.close();
  }

  private Pdu logout(int reason, int cid) throws Exception {
    initiator.send(
        RawInitiator.header(0x46, 0x80 | reason, 9)
            .putShort(20, (short) cid)
            .putInt(24, initiator.cmdSn));
    Pdu response = initiator.receive();
    assertThat(response.opcode()).isEqualTo(LOGOUT_RESPONSE);
    assertThat(response.u32(16)).isEqualTo(9);
    return response;
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 4711", "1, 0"})
  void closingSessionOrConnectionIsDone(int reason, int cid) throws Exception {
    Pdu response = logout(reason, cid);

    assertThat(response.u8(2)).isZero();
    assertThat(response.u16(40)).as("Time2Wait").isEqualTo(2);
    assertThat(response.u16(42)).as("Time2Retain").isZero();
    assertThat(initiator.countUntilClosed()).isZero();
  }

  @Test
  void anotherConnectionIsNotFound() throws Exception {
    assertThat(logout(1, 4711).u8(2)).isEqualTo(1);
    initiator.cmdSn++;
    initiator.settle();
  }

  @Test
  void aConnectionCannotBeRecoveredAtErrorRecoveryLevelZero() throws Exception {
    assertThat(logout(2, 0).u8(2)).isEqualTo(2);
    initiator.cmdSn++;
    initiator.settle();
  }

  @Test
  void closingAsksForALogoutServesMeanwhileAndWaitsForIt() throws Exception {
    CompletableFuture<Void> closed =
        CompletableFuture.runAsync(() -> fixture.served.target().close());

    Pdu message = initiator.receive();
    assertThat(message.opcode()).isEqualTo(ASYNC_MESSAGE);
    assertThat(message.u8(36)).as("event: logout requested").isEqualTo(1);
    assertThat(message.u16(42)).as("within seconds").isEqualTo(60);
    assertThat(message.u32(16)).isEqualTo(RawInitiator.NO_TAG);
    initiator.settle();
    assertThat(closed).isNotDone();

    assertThat(logout(0, 0).u8(2)).isZero();
    closed.join();
    assertThat(initiator.countUntilClosed()).isZero();
  }

  @Test
  void whoIsDroppedIsToldWhenToComeBack() throws Exception {
    fixture.served.target().endSessions(ALICE);

    Pdu message = initiator.receive();
    assertThat(message.opcode()).isEqualTo(ASYNC_MESSAGE);
    assertThat(message.u8(36)).as("event: session dropped").isEqualTo(3);
    assertThat(message.u16(40)).as("Time2Wait").isEqualTo(2);
    assertThat(message.u16(42)).as("Time2Retain").isZero();
    assertThat(initiator.countUntilClosed()).isZero();
    assertThat(fixture.served.target().sessions()).isEmpty();
  }
}
