/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import static io.lunette.iscsi.target.ServedTarget.ALICE;
import static io.lunette.iscsi.target.ServedTarget.BOB;
import static io.lunette.iscsi.target.ServedTarget.NAME;
import static io.lunette.iscsi.target.ServedTarget.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.iscsi.login.Redirection;
import io.lunette.iscsi.login.TargetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Portal groups, IPv6 and redirection as libiscsi sees them. */
class ForeignPortalsIT {

  private static InetSocketAddress free(String host) {
    return new InetSocketAddress(host, 0);
  }

  /** Sends Alice to another target, and nobody else. */
  private static ServedTarget redirecting(boolean permanent, ServedTarget there) throws Exception {
    Redirection elsewhere = new Redirection(permanent, TargetAddress.of(there.target().portal()));
    return new ServedTarget(
        TargetConfig.of(NAME, free("127.0.0.1"))
            .withRedirection(
                (initiator, reached) ->
                    initiator.equals(ALICE) ? Optional.of(elsewhere) : Optional.empty()));
  }

  @Test
  void libiscsiFollowsATemporaryRedirection() throws Exception {
    try (ServedTarget there = new ServedTarget();
        ServedTarget here = redirecting(false, there)) {
      there.target().mapForAll(0, unit(there.volume("v0", 32 << 20), "v0"));

      assertThat(ForeignTool.succeed("iscsi-readcapacity16", "-i", ALICE.value(), here.url(0)))
          .contains("Total size:" + (32 << 20));
      assertThat(ForeignTool.run("iscsi-readcapacity16", "-i", BOB.value(), here.url(0)).status())
          .isNotZero();
    }
  }

  /** libiscsi 1.19 reads this status and its meaning, but leaves it to its user to follow. */
  @Test
  void libiscsiUnderstandsAPermanentRedirection() throws Exception {
    try (ServedTarget there = new ServedTarget();
        ServedTarget here = redirecting(true, there)) {
      assertThat(ForeignTool.run("iscsi-readcapacity16", "-i", ALICE.value(), here.url(0)).output())
          .contains("Target moved permanently");
    }
  }

  @Test
  void libiscsiListsEveryPortalWithItsTag() throws Exception {
    try (ServedTarget served =
        new ServedTarget(
            TargetConfig.of(
                NAME,
                List.of(
                    new TargetPortal(free("127.0.0.1"), 1),
                    new TargetPortal(free("127.0.0.2"), 2))))) {
      int second = served.target().portals().get(1).address().getPort();

      assertThat(ForeignTool.succeed("iscsi-ls", "iscsi://" + served.portal()))
          .contains("Target:" + NAME + " Portal:" + served.portal() + ",1")
          .contains("127.0.0.2:" + second + ",2");
    }
  }

  @Test
  void libiscsiReachesAPortalOfTheSixthVersion() throws Exception {
    PortalGroupTest.assumeSixthVersion();
    try (ServedTarget served = new ServedTarget(TargetConfig.of(NAME, free("::1")))) {
      served.target().mapForAll(0, unit(served.volume("v0", 32 << 20), "v0"));
      String portal = "[::1]:" + served.target().portal().getPort();

      assertThat(ForeignTool.succeed("iscsi-inq", "iscsi://" + portal + "/" + NAME + "/0"))
          .contains("Vendor:LUNETTE");
    }
  }
}
