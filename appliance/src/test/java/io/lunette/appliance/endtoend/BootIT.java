/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers that boot a Linux from their replicas. The guest counts its boots on its root file
 * system, so the count tells whose writes a replica holds.
 */
class BootIT {

  private static final Pattern BOOT =
      Pattern.compile(
          "LUNETTE-BOOT via=(\\S+) root=(\\S+) initiator=(\\S+) boots-before=(\\d+)\\s");
  private static final Pattern WRITING = Pattern.compile("LUNETTE-WRITING \\d+\\s");
  private static final Pattern LOST = Pattern.compile("LUNETTE-LOST ");
  private static final String[] WRITER = {"-smbios", "type=1,product=writer"};

  @TempDir static Path images;
  private static Path image;

  @TempDir Path directory;
  private ServedHome served;
  private DisklessServer alice;
  private DisklessServer bob;
  private String replica;

  /** What a guest says of its boot. */
  private record Boot(String via, String initiator, int before) {

    static Boot of(Machine machine) throws Exception {
      MatchResult said = machine.hear(BOOT);
      return new Boot(said.group(1), said.group(3), Integer.parseInt(said.group(4)));
    }

    static Boot fromDisk(int before) {
      return new Boot("disk", "-", before);
    }

    static Boot fromTable(DisklessServer server, int before) {
      return new Boot("ibft", server.initiator, before);
    }
  }

  @BeforeAll
  static void build() throws Exception {
    image = images.resolve("linux.raw");
    GuestImage.boot(image);
  }

  /** Two replicas, one for each, and no more to come: what is allocated later was scrubbed. */
  @BeforeEach
  void start() throws Exception {
    served = new ServedHome(directory).start();
    served.call("image", "import", "linux", image.toString());
    served.call("pool", "set", "linux", "--ready", "2", "--low", "0");
    alice = new DisklessServer("alice", "alice-secret-1", directory);
    bob = new DisklessServer("bob", "bob-secret-123", directory);
    alice.register(served);
    bob.register(served);
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
    replica = alice.allocate(served, "linux");
    bob.allocate(served, "linux");
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private static Boot finished(Machine booting) throws Exception {
    try (Machine machine = booting) {
      Boot boot = Boot.of(machine);
      assertThat(machine.finish()).contains("Power down");
      return boot;
    }
  }

  private static String refused(Machine booting) throws Exception {
    try (Machine machine = booting) {
      return machine.finish();
    }
  }

  /** Whether the line is there that a guest writes down when it boots from a disk. */
  private boolean isOfABootInPool() throws Exception {
    return Bytes.occurAnywhereIn(
        served.home.resolve("pool.lunette"), "via=disk uptime=".getBytes(US_ASCII));
  }

  private void scrubAndAllocateAgain() throws Exception {
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "READY") == 1);
    assertThat(alice.allocate(served, "linux")).isEqualTo(replica);
  }

  @Test
  void aServerBootsItsOwnReplicaThroughQemu() throws Exception {
    try (Machine one = alice.bootFromQemu(served);
        Machine other = bob.bootFromQemu(served)) {
      assertThat(finished(one)).isEqualTo(Boot.fromDisk(0));
      assertThat(finished(other)).isEqualTo(Boot.fromDisk(0));
    }
    assertThat(finished(alice.bootFromQemu(served))).isEqualTo(Boot.fromDisk(1));

    served.call("release", "alice");
    assertThat(refused(alice.bootFromQemu(served)))
        .contains("Failed to connect to LUN")
        .doesNotContain("SeaBIOS");

    scrubAndAllocateAgain();
    assertThat(finished(alice.bootFromQemu(served))).isEqualTo(Boot.fromDisk(0));
    assertThat(isOfABootInPool()).isTrue();

    served.call("release", "alice");
    served.call("release", "bob");
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
    assertThat(isOfABootInPool()).isFalse();
  }

  @Test
  void aServerBootsItsOwnReplicaThroughIpxeAndLogsInByItself() throws Exception {
    assertThat(finished(alice.bootFromIpxe(served))).isEqualTo(Boot.fromTable(alice, 0));
    assertThat(finished(alice.bootFromQemu(served))).isEqualTo(Boot.fromDisk(1));
    assertThat(refused(alice.bootFromIpxeWithSecret(served, "not-her-secret")))
        .contains("Operation not permitted")
        .contains(DisklessServer.NO_BOOT);

    assertThat(isOfABootInPool()).isTrue();

    served.call("release", "alice");
    assertThat(refused(alice.bootFromIpxe(served)))
        .contains(DisklessServer.NO_BOOT)
        .doesNotContain("Booting from SAN device");

    scrubAndAllocateAgain();
    assertThat(isOfABootInPool()).isFalse();
    assertThat(finished(alice.bootFromIpxe(served))).isEqualTo(Boot.fromTable(alice, 0));
  }

  @Test
  void aRunningServerLosesItsDiskWhenItIsReleasedAndTheOtherGoesOn() throws Exception {
    try (Machine one = alice.bootFromQemu(served, WRITER);
        Machine other = bob.bootFromIpxe(served, WRITER)) {
      assertThat(Boot.of(one)).isEqualTo(Boot.fromDisk(0));
      assertThat(Boot.of(other)).isEqualTo(Boot.fromTable(bob, 0));
      one.hear(WRITING);
      other.hear(WRITING);

      served.call("release", "alice");
      one.hear(LOST);
      assertThat(one.finish()).contains("LOGICAL_UNIT_NOT_SUPPORTED");

      other.skip();
      other.hear(WRITING);
      other.hear(WRITING);
      served.call("release", "bob");
      other.hear(LOST);
      other.finish();
    }
  }
}
