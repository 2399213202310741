/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The balancer moves a server to another tenant, and the test tries to get at the old tenant's
 * bytes from that server, and at the new tenant's while the old one's system still runs: by
 * sessions that were kept open, by new ones, by every LUN, and on the device.
 */
@Tag("SH-4")
@Tag("SH-5")
@Tag("WA-7")
class MoveIsolationIT {

  private static final String ALICE = "iqn.2026-11.test:alice";

  /** Fills a block of the engine's, 4 KiB. */
  private static final byte[] SECRET =
      "A secret of acme's that nobody else may ever read, of 64 bytes: "
          .repeat(64)
          .getBytes(StandardCharsets.UTF_8);

  private static final int SIZE = 4 << 20;
  private static final int CHECK_CONDITION = 0x02;
  private static final int LUNS = 8;

  @TempDir Path directory;
  private ServedHome served;
  private Path gate;
  private Path databases;

  /** A server in acme's group whose restart takes until the gate is opened, and zeta's, empty. */
  @BeforeEach
  void start() throws Exception {
    served = new ServedHome(directory).start("--pool-size", "256M", "--http", "127.0.0.1:0");
    databases = image("db.raw", "an image of zeta's");
    served.call("image", "import", "web", image("web.raw", "an image of acme's").toString());
    served.call("image", "import", "db", databases.toString());
    served.call("pool", "set", "web", "--ready", "1", "--low", "0");
    served.call("pool", "set", "db", "--ready", "1");
    gate = directory.resolve("gate");
    Path hook = directory.resolve("hook");
    Files.writeString(hook, "#!/bin/sh\nwhile [ ! -e " + gate + " ]; do sleep 0.05; done\n");
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
    served.call("server", "add", "a", "--iqn", ALICE, "--shared", "yes", "--power", "hook:" + hook);
    served.call("group", "set", "webs", "--tenant", "acme", "--image", "web", "--max", "1");
    served.call(
        "group",
        "set",
        "dbs",
        "--tenant",
        "zeta",
        "--image",
        "db",
        "--min",
        "1",
        "--priority",
        "1");
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
    served.call("allocate", "a", "--tenant", "acme", "--image", "web");
  }

  @AfterEach
  void stop() throws Exception {
    Files.writeString(gate, "");
    served.close();
  }

  private Path image(String name, String content) throws Exception {
    byte[] bytes = new byte[SIZE];
    byte[] text = content.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, bytes, 8192, text.length);
    return Files.write(directory.resolve(name), bytes);
  }

  private void writeSecret() throws Exception {
    byte[] bytes = new byte[SIZE];
    for (int at = 0; at < SIZE; at += 64 << 10) {
      System.arraycopy(SECRET, 0, bytes, at, SECRET.length);
    }
    Path file = Files.write(directory.resolve("written.raw"), bytes);
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "-n",
        "--target-image-opts",
        "-f",
        "raw",
        file.toString(),
        served.image(ALICE, 0));
  }

  private String moveState() throws Exception {
    JsonNode moves = served.call("server", "moves");
    return moves.isEmpty() ? "" : moves.get(0).path("state").asText();
  }

  private int readable(int lun) throws Exception {
    return ForeignTool.run(ForeignTool.qemuIo(served.image(ALICE, lun), List.of("read 0 4096")))
        .status();
  }

  private String bootScript() throws Exception {
    URI uri = URI.create("http://" + served.http() + "/boot/ipxe?iqn=" + ALICE);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private boolean poolHoldsSecret() throws Exception {
    return Bytes.occurIn(served.home.resolve("pool.lunette"), SECRET);
  }

  @Test
  void noByteOfTheOldTenantIsReachableOnceTheServerHasMoved() throws Exception {
    writeSecret();
    assertThat(poolHoldsSecret()).as("it is on the device, in clear").isTrue();
    try (ScsiSession kept = new ScsiSession(served.portal(), served.target(), ALICE)) {
      assertThat(contains(kept.send(new byte[0], 4096, 0x28, 0, 0, 0, 0, 0, 0, 0, 1)))
          .as("the session reads what the tenant wrote")
          .isTrue();

      JsonNode plan = served.call("balancer", "plan");
      assertThat(plan.path("moves").get(0).path("from").asText()).isEqualTo("webs");
      assertThat(served.call("balancer", "run").path("moves")).isEqualTo(plan.path("moves"));
      Eventually.holds(() -> moveState().equals("RESTARTING"));

      assertThat(kept.read()).as("what still runs on it").isEqualTo(CHECK_CONDITION);
      for (int lun = 0; lun < LUNS; lun++) {
        assertThat(readable(lun)).as("LUN " + lun + " before the restart").isNotZero();
      }
      assertThat(bootScript()).contains("it is being moved").doesNotContain("sanboot");

      Files.writeString(gate, "");
      Eventually.holds(() -> moveState().equals("DONE"));
      for (int i = 0; i < 4; i++) {
        assertThat(contains(kept.send(new byte[0], 4096, 0x28, 0, 0, 0, 0, 0, 0, 0, 1))).isFalse();
      }
    }

    Path seen = directory.resolve("seen.raw");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "--image-opts",
        "-O",
        "raw",
        served.image(ALICE, 0),
        seen.toString());
    assertThat(Files.mismatch(databases, seen))
        .as("it sees zeta's image to the byte")
        .isEqualTo(-1);
    for (int lun = 1; lun < LUNS; lun++) {
      assertThat(readable(lun)).as("LUN " + lun).isNotZero();
    }
    assertThat(bootScript()).contains("sanboot");

    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING") == 0);
    assertThat(poolHoldsSecret()).isFalse();
  }

  /** Whether the logical block that was read, of whatever size, holds the secret. */
  private static boolean contains(ScsiSession.Answer answer) {
    int length = answer.data().length;
    return length >= 512 && Arrays.equals(answer.data(), 0, length, SECRET, 0, length);
  }

  @Test
  @Tag("SH-2")
  void theTargetSeesTheLoadOfAServerThatReportsNothing() throws Exception {
    try (ScsiSession session = new ScsiSession(served.portal(), served.target(), ALICE)) {
      Eventually.holds(
          () -> {
            session.read();
            return load().path("values").path("target.iops").asDouble() > 0;
          });
    }

    assertThat(load().path("condition").asText()).isEqualTo("ACTIVE");
    assertThat(load().path("values").path("target.bytes").asDouble()).isPositive();
    assertThat(load().path("values").has("target.queue")).isTrue();
  }

  private JsonNode load() throws Exception {
    return served.call("server", "load", "a");
  }

  @Test
  void aMoveThatIsKilledGoesOnAfterTheRestart() throws Exception {
    served.call("balancer", "run");
    Eventually.holds(() -> moveState().equals("RESTARTING"));
    served.kill();
    Files.writeString(gate, "");

    served.start("--http", "127.0.0.1:0");

    Eventually.holds(() -> moveState().equals("DONE"));
    assertThat(served.call("rollout", "show", "db").path("servers")).hasSize(1);
    assertThat(readable(0)).isZero();
  }
}
