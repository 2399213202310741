/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.target.RawInitiator.Pdu;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many sessions one initiator may have ({@link TargetLimits#sessionsOfInitiator}). */
class InitiatorBoundTest {

  private static final int OUT_OF_RESOURCES = 0x0302;
  private static final byte[] DISCOVERY =
      RawInitiator.text("InitiatorName=" + ALICE, "SessionType=Discovery");

  private SessionFixture fixture;
  private RawInitiator normal;
  private RawInitiator discovery;

  /** One normal session and one of discovery are all that Alice may have. */
  @BeforeEach
  void fill() throws Exception {
    fixture = new SessionFixture(TargetLimits.DEFAULT.withSessionsOfInitiator(2));
    normal = fixture.loggedIn();
    discovery = fixture.connect();
    assertThat(discovery.loginWith(2, DISCOVERY).u16(36)).isZero();
  }

  @AfterEach
  void stop() throws Exception {
    discovery.close();
    normal.close();
    fixture.close();
  }

  @Test
  void oneMoreIsRefusedAndTheConnectionClosed() throws Exception {
    try (RawInitiator third = fixture.connect();
        RawInitiator fourth = fixture.connect()) {
      assertThat(third.login(ALICE.value(), 3).u16(36)).isEqualTo(OUT_OF_RESOURCES);
      assertThat(fourth.loginWith(4, DISCOVERY).u16(36)).isEqualTo(OUT_OF_RESOURCES);

      assertThat(third.isClosed()).isTrue();
      assertThat(fourth.isClosed()).isTrue();
    }
    normal.settle();
  }

  @Test
  void anotherInitiatorIsLetIn() throws Exception {
    fixture.loggedInAs(BOB.value(), 1).close();
  }

  @Test
  void aSessionIsReplacedAllTheSame() throws Exception {
    try (RawInitiator again = fixture.loggedIn()) {
      assertThat(normal.isClosed()).isTrue();
      again.settle();
    }
  }

  @Test
  void whatEndsMakesRoom() throws Exception {
    discovery.close();

    int status = normal.settleUntil(this::statusOfNext, seen -> seen != OUT_OF_RESOURCES);

    assertThat(status).isZero();
  }

  private int statusOfNext() throws Exception {
    try (RawInitiator next = fixture.connect()) {
      return next.login(ALICE.value(), 3).u16(36);
    }
  }

  @Test
  void everySessionHasAHandleOfItsOwn() throws Exception {
    try (SessionFixture roomy = new SessionFixture();
        RawInitiator first = roomy.connect();
        RawInitiator second = roomy.connect();
        RawInitiator third = roomy.connect()) {
      int one = first.loginWith(1, DISCOVERY).u16(14);
      int two = second.loginWith(1, DISCOVERY).u16(14);
      int three = third.login(ALICE.value(), 1).u16(14);

      assertThat(new int[] {one, two, three}).doesNotContain(0).doesNotHaveDuplicates();
    }
  }

  @Test
  void aDiscoverySessionIsNoneToJoin() throws Exception {
    try (SessionFixture roomy = new SessionFixture();
        RawInitiator first = roomy.connect();
        RawInitiator joining = roomy.connect()) {
      int tsih = first.loginWith(1, DISCOVERY).u16(14);
      byte[] identity =
          RawInitiator.text("InitiatorName=" + ALICE, "TargetName=" + ServedTarget.NAME);

      Pdu refusal = joining.loginWith(0x87, 1, tsih, 0, identity);

      assertThat(refusal.u16(36)).isEqualTo(0x0208);
    }
  }
}
