/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools with terms, and tenants with quotas, as foreign initiators and operators see them. */
class PoolTermsIT {

  private static final String ALICE = "iqn.2026-11.test:alice";
  private static final int SIZE = 16 << 20;

  @TempDir Path directory;
  private Path image;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    image = directory.resolve("image.raw");
    byte[] some = new byte[2 << 20];
    new Random(1).nextBytes(some);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
      file.seek(1 << 20);
      file.write(some);
    }
    served = new ServedHome(directory).start();
    served.call("image", "import", "web", image.toString());
    served.call("server", "add", "a", "--iqn", ALICE);
    served.call("server", "add", "b", "--iqn", "iqn.2026-11.test:bob");
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private JsonNode allocate(String server, String... more) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("allocate", server, "--tenant", "acme", "--image", "web"));
    words.addAll(List.of(more));
    return served.call(words.toArray(String[]::new));
  }

  private boolean readsAsTheImage() throws Exception {
    Path content = Files.createTempFile(directory, "content", ".raw");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "--image-opts",
        "-O",
        "raw",
        served.image(ALICE, 0),
        content.toString());
    return Files.mismatch(image, content) == -1;
  }

  private void write() throws Exception {
    ForeignTool.succeed(
        ForeignTool.qemuIo(
            served.image(ALICE, 0), List.of("write -P 0xb7 512k 4M", "write -P 0xb7 12M 68k")));
  }

  private boolean isWrittenOnTheDevice() throws Exception {
    byte[] trace = new byte[4096];
    Arrays.fill(trace, (byte) 0xb7);
    return Bytes.occurIn(served.home.resolve("pool.lunette"), trace);
  }

  @Test
  @Tag("CH-8")
  void reformattedAndCopiedReplicasHoldTheImageAgainAndNothingOfTheTenant() throws Exception {
    for (String kind : List.of("dependent", "independent")) {
      served.call(
          "pool", "set", "web", "--ready", "0", "--kind", kind, "--scrub-method", "reformat");
      served.call("pool", "set", "web", "--ready", "1");
      Eventually.holds(() -> Replicas.in(served, "READY") == 1);
      String replica = allocate("a").path("replica").asText();
      assertThat(readsAsTheImage()).isTrue();
      write();
      assertThat(isWrittenOnTheDevice()).isTrue();

      served.call("release", "a");
      served.call("scrub", "run");
      Eventually.holds(() -> Replicas.in(served, "READY") == 2);

      assertThat(isWrittenOnTheDevice()).as(kind).isFalse();
      JsonNode certificate = served.call("scrub", "certificate", replica);
      assertThat(certificate.at("/payload/sanitization/procedure").asText()).isEqualTo("REFORMAT");
      served.call("pool", "set", "web", "--ready", "0");
      Eventually.holds(() -> Replicas.in(served, "READY") == 0);
    }
  }

  @Test
  void aReplicaIsMadeWhereAskedAndAQuotaIsAnAnswerOfItsOwn() throws Exception {
    served.call("tenant", "add", "acme", "--kind", "application", "--max-servers", "1");
    assertThat(served.run("allocate", "a", "--tenant", "acme", "--image", "web").status())
        .isEqualTo(1);

    assertThat(allocate("a", "--make").path("path").asText()).isEqualTo("made");
    assertThat(readsAsTheImage()).isTrue();

    var refused = served.run("allocate", "b", "--tenant", "acme", "--image", "web", "--make");
    assertThat(refused.err()).contains("has reached its quota: servers 1 of at most 1");
    served.stop();
    served.start();
    assertThat(served.call("tenant", "show", "acme").path("maxServers").asInt()).isEqualTo(1);
    served.call("tenant", "set", "acme", "--max-servers", "none");
    assertThat(allocate("b", "--make").path("path").asText()).isEqualTo("made");
  }

  @Test
  void whatAForecastHasLearntIsExplainedAndOutlivesAKill() throws Exception {
    served.call("pool", "set", "web", "--forecast", "0.05", "--min", "2", "--max", "9");
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
    allocate("a");
    allocate("b");
    JsonNode before = served.call("pool", "list").get(0).path("forecast");

    served.kill();
    served.start();

    JsonNode after = served.call("pool", "list").get(0).path("forecast");
    assertThat(before.path("requests").asInt()).isEqualTo(2);
    assertThat(after.path("requests")).isEqualTo(before.path("requests"));
    assertThat(after.path("seen")).isEqualTo(before.path("seen"));
    assertThat(served.call("pool", "explain", "web").path("steps").toString())
        .contains("aim: of all requests at most 5 %");
  }
}
