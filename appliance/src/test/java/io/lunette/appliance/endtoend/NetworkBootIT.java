/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server without a disk asks by HTTP what to boot, and boots a Linux from its replica; its power
 * is controlled through QEMU's monitor.
 */
@Tag("HA-1")
@Tag("HA-2")
@Tag("HA-7")
@Tag("SH-4")
@Tag("WA-9")
@Tag("WA-10")
class NetworkBootIT {

  private static final String MAC = "52:54:00:00:00:a1";
  private static final Pattern WAITS = Pattern.compile("server alice waits: no replica");

  private static final Pattern STARTS = Pattern.compile("Configuring \\(net0");

  @TempDir static Path images;
  private static Path image;

  @TempDir Path directory;
  private ServedHome served;
  private DisklessServer alice;

  @BeforeAll
  static void build() throws Exception {
    image = images.resolve("linux.raw");
    GuestImage.boot(image);
  }

  @BeforeEach
  void start() throws Exception {
    served = new ServedHome(directory).startWithTwoPortals();
    served.call("image", "import", "linux", image.toString());
    served.call("pool", "set", "linux", "--ready", "1");
    alice = new DisklessServer("alice", "alice ${secret} ; 1", directory);
    alice.register(served);
    served.call("server", "set", "alice", "--mac", MAC, "--serial", "SN 1");
    Eventually.holds(() -> Replicas.in(served, "READY") == 1);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aServerThatIsRestartedWaitsForItsReplicaAndBootsIt() throws Exception {
    Path monitor = directory.resolve("monitor");
    served.call("server", "set", "alice", "--chap-in-script", "yes", "--power", "qmp:" + monitor);

    try (Machine machine =
        alice.bootFromNetwork(
            served,
            MAC,
            "-qmp",
            "unix:" + monitor + ",server=on,wait=off",
            "-action",
            "reboot=reset")) {
      machine.hear(WAITS);
      served.call("server", "restart", "alice");
      machine.hear(STARTS);
      machine.hear(WAITS);
      alice.allocate(served, "linux");
      assertThat(machine.finish())
          .contains("server alice boots from its replica")
          .contains("initiator=" + alice.initiator + " boots-before=0");
    }
    try (Machine machine = alice.bootFromNetwork(served, MAC)) {
      assertThat(machine.finish()).contains("boots-before=1");
    }
  }
}
