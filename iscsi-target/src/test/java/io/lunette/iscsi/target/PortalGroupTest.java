/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.NAME;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lunette.iscsi.target.RawInitiator.Pdu;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several portals in several groups, over IPv4 and IPv6, as discovery and sessions see them. */
class PortalGroupTest {

  private static InetSocketAddress free(String host) {
    return new InetSocketAddress(host, 0);
  }

  private static ServedTarget serve(TargetPortal... portals) throws Exception {
    ServedTarget served = new ServedTarget(TargetConfig.of(NAME, List.of(portals)));
    served.target().mapForAll(0, unit(served.volume("v0", 1 << 20), "v0"));
    return served;
  }

  private static String targets(InetSocketAddress portal) throws Exception {
    try (RawInitiator initiator = new RawInitiator(portal)) {
      Pdu login =
          initiator.loginWith(
              1, RawInitiator.text("InitiatorName=" + ALICE, "SessionType=Discovery"));
      assertThat(login.u16(36)).isZero();
      return sendTargets(initiator, "All");
    }
  }

  private static String sendTargets(RawInitiator initiator, String which) throws Exception {
    initiator.send(
        RawInitiator.header(0x44, 0x80, 7).putInt(20, -1),
        RawInitiator.text("SendTargets=" + which));
    Pdu answer = initiator.receive();
    assertThat(answer.opcode()).isEqualTo(0x24);
    return new String(answer.data(), java.nio.charset.StandardCharsets.UTF_8).replace('\0', '\n');
  }

  private static int port(ServedTarget served, int index) {
    return served.target().portals().get(index).address().getPort();
  }

  @Test
  void everyPortalIsNamedWithTheTagOfItsGroup() throws Exception {
    try (ServedTarget served =
        serve(
            new TargetPortal(free("127.0.0.1"), 1),
            new TargetPortal(free("127.0.0.1"), 1),
            new TargetPortal(free("127.0.0.2"), 7))) {
      String all =
          "TargetName="
              + NAME
              + "\nTargetAddress=127.0.0.1:"
              + port(served, 0)
              + ",1\nTargetAddress=127.0.0.1:"
              + port(served, 1)
              + ",1\nTargetAddress=127.0.0.2:"
              + port(served, 2)
              + ",7\n";

      for (TargetPortal each : served.target().portals()) {
        assertThat(targets(each.address())).isEqualTo(all);
      }
    }
  }

  @Test
  void aLoginIsToldTheGroupOfItsPortal() throws Exception {
    try (ServedTarget served =
            serve(new TargetPortal(free("127.0.0.1"), 1), new TargetPortal(free("127.0.0.1"), 7));
        RawInitiator initiator = new RawInitiator(served.target().portals().get(1).address())) {
      assertThat(RawInitiator.pairs(initiator.login(ALICE.value(), 1).data()))
          .containsEntry("TargetPortalGroupTag", "7");
      initiator.settle();

      initiator.send(initiator.command(0xC0, 255, 0x12, 1, 0x83, 0, 255));
      assertThat(new String(initiator.receive().data(), java.nio.charset.StandardCharsets.US_ASCII))
          .contains(NAME + ",t,0x0007");
    }
  }

  @Test
  void aSessionBelongsToOneGroup() throws Exception {
    try (ServedTarget served =
            serve(
                new TargetPortal(free("127.0.0.1"), 1),
                new TargetPortal(free("127.0.0.1"), 1),
                new TargetPortal(free("127.0.0.1"), 7));
        RawInitiator first = new RawInitiator(served.target().portals().get(0).address());
        RawInitiator otherGroup = new RawInitiator(served.target().portals().get(2).address());
        RawInitiator sameGroup = new RawInitiator(served.target().portals().get(1).address())) {
      first.login(ALICE.value(), 1);
      otherGroup.login(ALICE.value(), 1);
      assertThat(served.target().sessions()).hasSize(2);

      sameGroup.login(ALICE.value(), 1);

      assertThat(first.isClosed()).as("reinstated through another portal of its group").isTrue();
      otherGroup.settle();
      assertThat(served.target().sessions()).hasSize(2);
    }
  }

  @Test
  void aConnectionIsNotMadeAgainThroughAnotherGroup() throws Exception {
    try (ServedTarget served =
            serve(new TargetPortal(free("127.0.0.1"), 1), new TargetPortal(free("127.0.0.1"), 7));
        RawInitiator first = new RawInitiator(served.target().portals().get(0).address());
        RawInitiator otherGroup = new RawInitiator(served.target().portals().get(1).address())) {
      int tsih = first.login(ALICE.value(), 1).u16(14);
      byte[] identity = RawInitiator.text("InitiatorName=" + ALICE, "TargetName=" + NAME);

      assertThat(otherGroup.loginWith(0x87, 1, tsih, 0, identity).u16(36)).isEqualTo(0x0208);
      first.settle();
    }
  }

  @Test
  void discoveryByNameAndOfOnesOwnTarget() throws Exception {
    try (ServedTarget served = serve(new TargetPortal(free("127.0.0.1"), 3));
        RawInitiator normal = new RawInitiator(served.target().portal());
        RawInitiator discovery = new RawInitiator(served.target().portal())) {
      String own = "TargetName=" + NAME + "\nTargetAddress=" + served.portal() + ",3\n";
      normal.login(ALICE.value(), 1);
      discovery.loginWith(1, RawInitiator.text("InitiatorName=" + ALICE, "SessionType=Discovery"));

      assertThat(sendTargets(discovery, NAME)).isEqualTo(own);
      assertThat(sendTargets(discovery, NAME + "x")).isEmpty();
      normal.cmdSn++;
      normal.send(
          RawInitiator.header(0x44, 0x80, 7).putInt(20, -1), RawInitiator.text("SendTargets="));
      assertThat(RawInitiator.pairs(normal.receive().data())).containsEntry("TargetName", NAME);
      normal.send(
          RawInitiator.header(0x44, 0x80, 8).putInt(20, -1), RawInitiator.text("SendTargets=All"));
      assertThat(RawInitiator.pairs(normal.receive().data()))
          .containsEntry("SendTargets", "Reject");
    }
  }

  @Test
  void theSixthVersionOfIpIsServedAndNamedInBrackets() throws Exception {
    assumeSixthVersion();
    try (ServedTarget served =
        serve(new TargetPortal(free("::1"), 2), new TargetPortal(free("127.0.0.1"), 2))) {
      assertThat(targets(served.target().portal()))
          .contains("TargetAddress=[0:0:0:0:0:0:0:1]:" + port(served, 0) + ",2\n")
          .contains("TargetAddress=127.0.0.1:" + port(served, 1) + ",2\n");
      try (RawInitiator initiator = new RawInitiator(served.target().portal())) {
        assertThat(initiator.login(ALICE.value(), 1).u16(36)).isZero();
        initiator.settle();
      }
    }
  }

  @Test
  void aPortalOnTheWildcardAddressIsNamedAsItWasReached() throws Exception {
    try (ServedTarget served = serve(new TargetPortal(free("0.0.0.0"), 1))) {
      int port = port(served, 0);

      assertThat(targets(new InetSocketAddress("127.0.0.3", port)))
          .contains("TargetAddress=127.0.0.3:" + port + ",1\n");
    }
  }

  static void assumeSixthVersion() throws SocketException {
    boolean there =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(Inet6Address.class::isInstance)
            .anyMatch(InetAddress::isLoopbackAddress);
    assumeTrue(there, "this machine has no IPv6 loopback");
  }
}
