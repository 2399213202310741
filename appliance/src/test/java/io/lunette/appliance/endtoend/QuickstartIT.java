/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.appliance.cli.Lunette;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tour that a newcomer takes first. */
class QuickstartIT {

  private static final int STEPS = 13;

  @TempDir Path directory;

  private Process tour(Path log, String... options) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Lunette.class.getName(),
                "--home",
                home().toString(),
                "quickstart",
                "--portal",
                LocalAddress.next(),
                "--pool-size",
                "2G"));
    words.addAll(Arrays.asList(options));
    return new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private Path home() {
    return directory.resolve("home");
  }

  private String finished(int status, String... options) throws Exception {
    Path log = directory.resolve("tour.log");
    Process tour = tour(log, options);
    try {
      assertThat(tour.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      tour.destroyForcibly();
    }
    String said = Files.readString(log);
    assertThat(tour.exitValue()).as(said).isEqualTo(status);
    return said;
  }

  @Test
  void aNewcomerIsShownEveryStepAndHowToDoItByHand() throws Exception {
    String said = finished(0, "--once");

    assertThat(said)
        .contains(" 1. Build a golden image")
        .contains(STEPS + ". The replica is ready");
    assertThat(said.lines().filter(line -> line.startsWith("    $ "))).hasSize(STEPS);
    assertThat(said).contains("VERIFIED").contains("not found in").contains("is READY");
    assertThat(
            Bytes.occurAnywhereIn(
                home().resolve("pool.lunette"), "web1's secret".getBytes(StandardCharsets.UTF_8)))
        .isFalse();

    assertThat(finished(0, "--once")).as("a second tour on the same home").contains("is READY");
  }

  @Test
  void aUsersImageIsServedOnUntilTheEnd() throws Exception {
    Path raw = directory.resolve("mine.raw");
    byte[] content = new byte[2 << 20];
    new Random(5).nextBytes(content);
    Files.write(raw, content);
    Path mine = directory.resolve("mine.qcow2");
    ForeignTool.succeed(
        "qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw.toString(), mine.toString());
    Path log = directory.resolve("serving.log");

    Process tour = tour(log, "--image", mine.toString());

    try {
      Eventually.holds(() -> !tour.isAlive() || Files.readString(log).contains("READY portal="));
      assertThat(log).content().contains("READY portal=");
      ServedHome served = new ServedHome(directory);
      String url =
          served
              .call("allocate", "web2", "--tenant", "acme", "--image", "golden")
              .path("url")
              .asText();
      assertThat(ForeignTool.succeed("iscsi-readcapacity16", "-i", web2(served), url))
          .contains("Total size:" + content.length);
      tour.destroy();
      assertThat(tour.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(tour.exitValue()).as(Files.readString(log)).isZero();
    } finally {
      tour.destroyForcibly();
    }
  }

  private static String web2(ServedHome served) throws Exception {
    return served.call("server", "list").at("/1/iqn").asText();
  }

  @Test
  void aHomeThatNoTourMadeIsLeftAlone() throws Exception {
    Path precious = Files.createDirectories(home()).resolve("precious");
    Files.writeString(precious, "data");

    String said = finished(1, "--once");

    assertThat(said.lines()).hasSize(1);
    assertThat(said).startsWith("lunette: ").contains("name another --home");
    assertThat(precious).hasContent("data");
  }

  @Test
  void aMissingImageIsAnAnswerBeforeAnythingIsMade() throws Exception {
    String said = finished(1, "--once", "--image", directory + "/none.raw");

    assertThat(said.lines()).hasSize(1);
    assertThat(said).startsWith("lunette: no file ").contains("none.raw");
    assertThat(home()).doesNotExist();
  }
}
