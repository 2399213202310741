/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static io.lunette.appliance.endtoend.ScsiSession.RESERVATION_CONFLICT;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sealed volume that two servers read: neither can tell that there is another (DESIGN I6). */
class SharedImageIT {

  private static final String A = "iqn.2026-11.test:a";
  private static final String B = "iqn.2026-11.test:b";
  private static final int SERIAL_NUMBER = 0x80;
  private static final int IDENTIFICATION = 0x83;
  private static final int REGISTER = 0;
  private static final int RESERVE = 1;
  private static final int EXCLUSIVE_ACCESS = 3;
  private static final int D_SENSE = 0x04;
  private static final byte[] NOBODY = new byte[4];

  @TempDir private static Path directory;

  private static ServedHome served;

  @BeforeAll
  static void serve() throws Exception {
    served = new ServedHome(directory).start();
    served.call("server", "add", "a", "--iqn", A);
    served.call("server", "add", "b", "--iqn", B);
    served.call("volume", "create", "image", "--size", "64M");
    served.call("volume", "seal", "image");
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @BeforeEach
  void map() throws Exception {
    served.call("volume", "map", "image", "--server", "a", "--lun", "0", "--read-only");
    served.call("volume", "map", "image", "--server", "b", "--lun", "0", "--read-only");
  }

  @AfterEach
  void unmap() throws Exception {
    served.call("volume", "unmap", "image", "--server", "a");
    served.call("volume", "unmap", "image", "--server", "b");
  }

  private ScsiSession login(String initiator) throws Exception {
    return new ScsiSession(served.portal(), served.target(), initiator);
  }

  /** Sense key, code and qualifier that TEST UNIT READY has; 0 if it is well. */
  private static int attention(ScsiSession session) throws Exception {
    ScsiSession.Answer answer = session.send(new byte[0], 0, 0);
    byte[] sense = answer.data();
    return answer.status() == 0 ? 0 : sense[4] << 16 | sense[14] << 8 | sense[15];
  }

  private static void register(ScsiSession session, long key) throws Exception {
    assertThat(session.reserveOut(REGISTER, 0, 0, key, true)).isZero();
  }

  private static void reserve(ScsiSession session, long key) throws Exception {
    register(session, key);
    assertThat(session.reserveOut(RESERVE, EXCLUSIVE_ACCESS, key, 0, false)).isZero();
  }

  @Test
  void aReservationOfOneIsNotTheOthersToSee() throws Exception {
    try (ScsiSession a = login(A);
        ScsiSession b = login(B)) {
      reserve(a, 0xA);

      assertThat(b.read()).isZero();
      assertThat(b.fullStatus()).isEqualTo(NOBODY);
      assertThat(attention(b)).isZero();

      reserve(b, 0xB);
      assertThat(a.read()).isZero();
      assertThat(ByteBuffer.wrap(a.fullStatus()).getLong(4)).as("its own key alone").isEqualTo(0xA);
      assertThat(b.fullStatus()).hasSameSizeAs(a.fullStatus());
    }
  }

  @Test
  void aLegacyReservationOfOneDoesNotKeepTheOtherOut() throws Exception {
    try (ScsiSession a = login(A);
        ScsiSession b = login(B)) {
      assertThat(a.send(new byte[0], 0, 0x16).status()).isZero();

      assertThat(b.read()).isZero();
      assertThat(b.send(new byte[0], 0, 0x16).status()).isZero();
      assertThat(a.read()).isZero();
    }
  }

  @Test
  void aResetByOneIsNotNoticedByTheOther() throws Exception {
    try (ScsiSession a = login(A);
        ScsiSession b = login(B)) {
      assertThat(b.send(new byte[0], 0, 0x16).status()).as("reserved by the other").isZero();

      assertThat(a.resetUnit()).isZero();

      assertThat(attention(b)).isZero();
      assertThat(attention(a)).as("device reset").isEqualTo(0x62903);
    }
  }

  @Test
  void modeParametersOfOneAreNotTheOthers() throws Exception {
    try (ScsiSession a = login(A);
        ScsiSession b = login(B)) {
      byte[] parameters = controlMode(a);
      assertThat(controlMode(b)).isEqualTo(parameters);
      byte[] changed = parameters.clone();
      changed[0] = 0;
      changed[2] = 0;
      changed[6] |= D_SENSE;
      assertThat(a.send(changed, 0, 0x15, 0x10, 0, 0, changed.length).status()).isZero();

      assertThat(attention(b)).as("mode parameters changed").isZero();
      assertThat(controlMode(b)).isEqualTo(parameters);
      assertThat(controlMode(a)).isNotEqualTo(parameters);
    }
  }

  /** MODE SENSE(6) of the control page, without block descriptors. */
  private static byte[] controlMode(ScsiSession session) throws Exception {
    return session.send(new byte[0], 255, 0x1A, 8, 0x0A, 0, 255).data();
  }

  @Test
  void theUnitsHaveNamesWithoutARelationThatStay() throws Exception {
    String volume =
        served.call("volume", "list").findParents("name").stream()
            .filter(each -> "image".equals(each.get("name").asText()))
            .findFirst()
            .orElseThrow()
            .toString()
            .replace("-", "");
    byte[] serialOfA;
    byte[] serialOfB;
    try (ScsiSession a = login(A);
        ScsiSession b = login(B)) {
      serialOfA = a.page(SERIAL_NUMBER);
      serialOfB = b.page(SERIAL_NUMBER);
      assertThat(serialOfA).hasSize(32).isNotEqualTo(serialOfB);
      assertThat(volume)
          .doesNotContain(new String(serialOfA, StandardCharsets.US_ASCII))
          .doesNotContain(new String(serialOfB, StandardCharsets.US_ASCII));
      assertThat(naa(a.page(IDENTIFICATION))).isNotEqualTo(naa(b.page(IDENTIFICATION)));
    }

    served.kill();
    served.start();
    try (ScsiSession a = login(A);
        ScsiSession b = login(B)) {
      assertThat(a.page(SERIAL_NUMBER)).isEqualTo(serialOfA);
      assertThat(b.page(SERIAL_NUMBER)).isEqualTo(serialOfB);
    }
  }

  /** The second designator, behind that of the vendor. */
  private static long naa(byte[] page) {
    int second = 4 + page[3];
    assertThat(page[second + 1]).as("NAA, of the unit").isEqualTo((byte) 0x03);
    return ByteBuffer.wrap(page).getLong(second + 4);
  }

  @Test
  void whatOneKeepsOverARestartIsItsOwnAndGoesWithItsLun() throws Exception {
    try (ScsiSession a = login(A)) {
      reserve(a, 0xA);
    }
    served.kill();
    served.start();

    try (ScsiSession b = login(B)) {
      assertThat(b.read()).isZero();
      assertThat(b.fullStatus()).isEqualTo(NOBODY);
      register(b, 0xB);
    }
    served.call("volume", "unmap", "image", "--server", "a");
    served.call("volume", "map", "image", "--server", "a", "--lun", "0", "--read-only");
    try (ScsiSession a = login(A);
        ScsiSession b = login(B)) {
      assertThat(a.fullStatus()).isEqualTo(NOBODY);
      assertThat(ByteBuffer.wrap(b.fullStatus()).getLong(4)).isEqualTo(0xB);
    }
  }

  @Test
  void aWritableVolumeOfTwoNodesIsOneUnit() throws Exception {
    served.call("volume", "create", "cluster", "--size", "64M");
    unmap();
    served.call("volume", "map", "cluster", "--server", "a", "--lun", "0");
    served.call("volume", "map", "cluster", "--server", "b", "--lun", "0");
    try (ScsiSession a = login(A);
        ScsiSession b = login(B)) {
      reserve(a, 0xA);

      assertThat(b.read()).isEqualTo(RESERVATION_CONFLICT);
      assertThat(b.page(IDENTIFICATION)).isEqualTo(a.page(IDENTIFICATION));
    }
    served.call("volume", "unmap", "cluster", "--server", "a");
    served.call("volume", "unmap", "cluster", "--server", "b");
  }
}
