/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Roll-outs of a split image, as foreign initiators see them: the shared portion is another, and
 * what the server wrote stays.
 */
@Tag("HA-6")
@Tag("WA-12")
class SplitRolloutIT {

  private static final String ALICE = "iqn.2026-11.test:alice";
  private static final String BOB = "iqn.2026-11.test:bob";
  private static final String[] OPTIONS = {"--pool-size", "1G", "--http", "127.0.0.1:0"};
  private static final int BYTES = 1 << 20;
  private static final int KILLS = 4;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Random random = new Random(7);
  @TempDir Path directory;
  private final List<Path> portions = new ArrayList<>();
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    served = new ServedHome(directory).start(OPTIONS);
    served.call("server", "add", "a", "--iqn", ALICE);
    served.call("server", "add", "b", "--iqn", BOB);
    publish();
    served.call("pool", "set", "split", "--ready", "2");
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
    for (String server : List.of("a", "b")) {
      served.call("allocate", server, "--tenant", "acme", "--image", "split");
    }
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 1), List.of("write -P 0xa1 64k 256k", "flush")));
    publish();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  /** A version with a shared portion of its own, and the same writable one. */
  private void publish() throws Exception {
    byte[] content = new byte[BYTES];
    random.nextBytes(content);
    Path shared = Files.write(directory.resolve("shared" + portions.size()), content);
    Path writable = directory.resolve("writable");
    if (portions.isEmpty()) {
      random.nextBytes(content);
      Files.write(writable, content);
    }
    served.call(
        "image",
        "import",
        "split",
        "--shared",
        shared.toString(),
        "--writable",
        writable.toString());
    portions.add(shared);
  }

  /**
   * Asks what to boot, as often as it is told to wait: a session that has ended may show a while.
   */
  private void boot(String initiator) throws Exception {
    URI uri = URI.create("http://" + served.http() + "/boot/ipxe?iqn=" + initiator);
    Eventually.holds(
        () ->
            client
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body()
                .contains("sanboot"));
  }

  /** The initiator reads that version's portion as LUN 0, its own blocks as LUN 1, and no more. */
  private void assertRuns(String initiator, int version) throws Exception {
    Path content = directory.resolve("content");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "--image-opts",
        "-O",
        "raw",
        served.image(initiator, 0),
        content.toString());
    assertThat(Files.mismatch(portions.get(version - 1), content)).isEqualTo(-1);
    if (initiator.equals(ALICE)) {
      assertThat(
              ForeignTool.succeed(
                  ForeignTool.qemuIo(served.image(ALICE, 1), List.of("read -P 0xa1 64k 256k"))))
          .doesNotContain("failed");
    }
    assertThat(
            ForeignTool.run(ForeignTool.qemuIo(served.image(initiator, 0), List.of("write 0 4k")))
                .output())
        .contains("write protected");
    String seen =
        ForeignTool.run("iscsi-ls", "-s", "-i", initiator, "iscsi://" + served.portal()).output();
    assertThat(seen.lines().filter(line -> line.contains("Lun:"))).as(seen).hasSize(2);
  }

  /** Asks for the upgrade again; it is refused while one that was begun goes on. */
  private boolean isUpgraded() throws Exception {
    ServedHome.Outcome unused = served.run("server", "upgrade", "a");
    JsonNode alice = rollout().at("/servers/0");
    return alice.path("server").asText().equals("a") && !alice.path("pending").asBoolean();
  }

  private JsonNode rollout() throws Exception {
    return served.call("rollout", "show", "split");
  }

  @Test
  void aBootGetsTheNewPortionAndKeepsWhatTheServerWroteAndRollsBackTheSameWay() throws Exception {
    String replica = served.call("replica", "list", "--state", "ALLOCATED").at("/0/name").asText();
    served.call("rollout", "set", "split", "--boot", "stateless");
    assertThat(rollout().path("pending").asInt()).isEqualTo(2);
    assertRuns(ALICE, 1);

    boot(ALICE);

    assertRuns(ALICE, 2);
    assertRuns(BOB, 1);
    assertThat(rollout().path("pending").asInt()).isOne();
    served.kill();
    served.start(OPTIONS);
    assertRuns(ALICE, 2);

    served.call("image", "publish", "split:1");
    boot(ALICE);

    assertRuns(ALICE, 1);
    assertThat(served.call("replica", "list", "--state", "ALLOCATED").at("/0/name").asText())
        .isEqualTo(replica);
    assertThat(served.call("audit", "list", "--action", "rollout.exchange")).hasSize(2);
  }

  @Test
  void killedWhileServersAreUpgradedItEndsWithOnePortionAndWhatTheServerWrote() throws Exception {
    for (int i = 0; i < KILLS; i++) {
      Thread caller = new Thread(() -> served.run("server", "upgrade", "a"));
      caller.start();
      caller.join(random.nextInt(150));
      served.kill();
      caller.join();
      served.start(OPTIONS);
      Eventually.holds(this::isUpgraded);
      int current = rollout().path("current").asInt();
      assertRuns(ALICE, current);
      assertRuns(BOB, 1);
      served.call("image", "publish", "split:" + (3 - current));
    }

    byte[] trace = Bytes.block(0xa1);
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), trace)).isTrue();
    served.call("release", "a");
    assertThat(
            ForeignTool.run("iscsi-ls", "-s", "-i", ALICE, "iscsi://" + served.portal()).output())
        .doesNotContain("Lun:");
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING") == 0);
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), trace)).isFalse();
    assertRuns(BOB, 1);
  }
}
