/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static io.lunette.appliance.endtoend.ScsiSession.RESERVATION_CONFLICT;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.appliance.SingleTarget;
import io.lunette.appliance.SingleTargetOptions;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.PortalOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Persistent reservations with APTPL over the death of the program, and over a change of hands. */
class ReservationIT {

  private static final String IQN = "iqn.2026-11.io.lunette:reservations";
  private static final String A = "iqn.2026-11.test:a";
  private static final String B = "iqn.2026-11.test:b";
  private static final int REGISTER = 0;
  private static final int RESERVE = 1;
  private static final int PREEMPT = 4;
  private static final int EXCLUSIVE_ACCESS = 3;
  private static final PortalOptions PORTAL = PortalOptions.of(HostPort.parse("127.0.0.1:0"));

  @TempDir Path directory;

  private interface Portal {
    ScsiSession login(String initiator) throws IOException;
  }

  private static byte[] reserveAsA(Portal portal) throws IOException {
    try (ScsiSession a = portal.login(A);
        ScsiSession b = portal.login(B)) {
      assertThat(b.reserveOut(REGISTER, 0, 0, 0xB, true)).isZero();
      assertThat(a.reserveOut(REGISTER, 0, 0, 0xA, true)).isZero();
      assertThat(a.reserveOut(RESERVE, EXCLUSIVE_ACCESS, 0xA, 0, false)).isZero();
      assertThat(a.read()).isZero();
      assertThat(b.read()).isEqualTo(RESERVATION_CONFLICT);
      return a.fullStatus();
    }
  }

  private static void isReservedByAAndPreemptedByB(Portal portal, byte[] before)
      throws IOException {
    try (ScsiSession a = portal.login(A);
        ScsiSession b = portal.login(B)) {
      assertThat(b.fullStatus()).isEqualTo(before);
      assertThat(b.read()).isEqualTo(RESERVATION_CONFLICT);
      assertThat(a.read()).isZero();
      assertThat(b.reserveOut(PREEMPT, EXCLUSIVE_ACCESS, 0xB, 0xA, false)).isZero();
    }
  }

  private static void isReservedByB(Portal portal) throws IOException {
    try (ScsiSession a = portal.login(A);
        ScsiSession b = portal.login(B)) {
      assertThat(a.read()).isEqualTo(RESERVATION_CONFLICT);
      assertThat(b.read()).isZero();
    }
  }

  @Test
  void anApplianceThatIsKilledKeepsThemUntilTheVolumeChangesHands() throws Exception {
    try (ServedHome served = new ServedHome(directory).start()) {
      Portal portal = initiator -> new ScsiSession(served.portal(), served.target(), initiator);
      served.call("server", "add", "a", "--iqn", A);
      served.call("server", "add", "b", "--iqn", B);
      served.call("volume", "create", "shared", "--size", "64M");
      served.call("volume", "map", "shared", "--server", "a", "--lun", "0");
      served.call("volume", "map", "shared", "--server", "b", "--lun", "0");
      byte[] before = reserveAsA(portal);

      served.kill();
      served.start();
      isReservedByAAndPreemptedByB(portal, before);
      served.kill();
      served.start();
      isReservedByB(portal);

      Path record = onlyFileOf(served.home.resolve("units"));
      byte[] kept = Files.readAllBytes(record);
      served.call("volume", "unmap", "shared", "--server", "a");
      served.call("volume", "unmap", "shared", "--server", "b");
      assertThat(record.getParent()).isEmptyDirectory();

      Files.write(record, kept);
      served.kill();
      served.start();
      assertThat(record).as("removed late, after a crash in between").doesNotExist();
      served.call("volume", "map", "shared", "--server", "a", "--lun", "0");
      try (ScsiSession a = portal.login(A)) {
        assertThat(a.read()).isZero();
      }
    }
  }

  @Test
  void aTargetOfItsOwnKeepsThemBesideItsPool() throws Exception {
    Path pool = directory.resolve("pool");
    byte[] before;
    try (SingleTarget target = start(pool)) {
      before = reserveAsA(to(target));
    }
    try (SingleTarget target = start(pool)) {
      isReservedByAAndPreemptedByB(to(target), before);
    }
    assertThat(directory.resolve("pool.units")).isNotEmptyDirectory();
    try (SingleTarget target = start(pool)) {
      isReservedByB(to(target));
    }
  }

  @Test
  void aTargetWhoseRecordIsDamagedServesNobodyUntilItIsTakenAway() throws Exception {
    Path pool = directory.resolve("pool");
    try (SingleTarget target = start(pool)) {
      reserveAsA(to(target));
    }
    Path record = onlyFileOf(directory.resolve("pool.units"));
    byte[] bytes = Files.readAllBytes(record);
    bytes[bytes.length - 1] ^= 1;
    Files.write(record, bytes);

    try (SingleTarget target = start(pool);
        ScsiSession a = to(target).login(A)) {
      byte[] sense = a.send(new byte[0], 4096, 0x28, 0, 0, 0, 0, 0, 0, 0, 1).data();
      assertThat(new int[] {sense[4] & 0xF, sense[14], sense[15]})
          .as("not ready, manual intervention required")
          .containsExactly(2, 4, 3);
    }
    Files.delete(record);
    try (SingleTarget target = start(pool);
        ScsiSession b = to(target).login(B)) {
      assertThat(b.read()).isZero();
    }
  }

  private static Path onlyFileOf(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private static SingleTarget start(Path pool) throws Exception {
    return SingleTarget.start(SingleTargetOptions.builder(pool, 64 << 20, PORTAL, IQN).build());
  }

  private static String portal(SingleTarget target) {
    return target.url().split("/")[2];
  }

  private static Portal to(SingleTarget target) {
    return initiator -> new ScsiSession(portal(target), IQN, initiator);
  }
}
