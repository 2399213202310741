/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lunette job}, and what becomes of a job whose command gets a signal. */
class JobIT {

  private static final String INITIATOR = "iqn.2026-11.test:web1";
  private static final String NO_JOB = "00000000-0000-0000-0000-000000000000";
  private static final int ENDED_BY_SIGTERM = 128 + 15;

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void makeVolumes() throws Exception {
    served = new ServedHome(directory);
    served.start("--pool-size", "2G");
    served.call("server", "add", "web1", "--iqn", INITIATOR);
    served.call("volume", "create", "source", "--size", "512M");
    served.call("volume", "create", "victim", "--size", "64M");
    qemuIo("source", "write -P 7 0 512M", "flush");
    qemuIo("victim", "write -P 9 0 32M", "flush");
    served.call("volume", "seal", "source");
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aJobIsListedShownAndCancelled() throws Exception {
    Process clone = served.begin("volume", "clone", "source", "own", "--full");

    String id = running("volume-copy", "own");
    JsonNode shown = served.call("job", "show", id);
    JsonNode cancelled = served.call("job", "cancel", id);

    assertThat(shown.path("totalBytes").asLong()).isEqualTo(512L << 20);
    assertThat(shown.path("cancellable").asBoolean()).isTrue();
    assertThat(cancelled.path("state").asText()).isEqualTo("CANCELLED");
    assertThat(volume("own")).isEqualTo("none");
    assertThat(clone.waitFor(30, SECONDS)).isTrue();
    assertThat(clone.exitValue()).isEqualTo(1);
    assertThat(err(clone)).isEqualTo("lunette: the appliance cancelled it\n");
    assertRefused(1, "has ended: CANCELLED", "job", "cancel", id);
  }

  @Test
  void aJobThatIsNotKnownIsRefused() {
    assertRefused(1, "no job '" + NO_JOB + "'", "job", "show", NO_JOB);
    assertRefused(1, "no job '" + NO_JOB + "'", "job", "cancel", NO_JOB);
    assertRefused(2, "'7' is no id; 'lunette job list' has them", "job", "cancel", "7");
  }

  @Test
  void aSignalCancelsTheCopyThatTheCommandBegan() throws Exception {
    Process clone = served.begin("volume", "clone", "source", "own", "--full");
    String id = running("volume-copy", "own");

    clone.toHandle().destroy();

    assertThat(clone.waitFor(30, SECONDS)).isTrue();
    assertThat(clone.exitValue()).isEqualTo(ENDED_BY_SIGTERM);
    assertThat(err(clone))
        .isEqualTo("lunette: interrupted: the volume-copy of 'own' is cancelled\n");
    assertThat(state(id)).isEqualTo("CANCELLED");
    assertThat(volume("own")).isEqualTo("none");
  }

  @Test
  void anEraseGoesOnWhateverEndsTheCommandThatBeganIt() throws Exception {
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), Bytes.block(9))).isTrue();
    served.call("scrub", "limit", "512K");
    Process erase = served.begin("volume", "erase", "victim");
    String id = running("volume-erase", "victim");

    assertRefused(1, "cannot be cancelled: it goes on to its end", "job", "cancel", id);
    erase.toHandle().destroy();

    assertThat(erase.waitFor(30, SECONDS)).isTrue();
    assertThat(erase.exitValue()).isEqualTo(ENDED_BY_SIGTERM);
    assertThat(err(erase)).contains("goes on to its end").contains("job show " + id);
    assertThat(state(id)).isEqualTo("RUNNING");
    served.call("scrub", "limit", "none");
    Eventually.holds(() -> state(id).equals("DONE"));
    qemuIo("victim", "read -P 0 0 64M");
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), Bytes.block(9))).isFalse();
  }

  @Test
  void anEraseIsListedAgainAfterARestart() throws Exception {
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), Bytes.block(9))).isTrue();
    served.call("scrub", "limit", "512K");
    Process erase = served.begin("volume", "erase", "victim");
    running("volume-erase", "victim");

    served.kill();
    assertThat(erase.waitFor(30, SECONDS)).isTrue();
    served.start();

    String id = running("volume-erase", "victim");
    served.call("scrub", "limit", "none");
    Eventually.holds(() -> state(id).equals("DONE"));
    JsonNode report = served.call("job", "show", id).path("result");
    assertThat(report.path("erasedBytes").asLong()).isEqualTo(32L << 20);
    assertThat(report.path("verifiedBytes").asLong()).isEqualTo(32L << 20);
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), Bytes.block(9))).isFalse();
  }

  /** The id of a job, once it runs. */
  private String running(String kind, String subject) throws Exception {
    Eventually.holds(() -> !find(kind, subject).isMissingNode());
    return find(kind, subject).path("id").asText();
  }

  private JsonNode find(String kind, String subject) throws Exception {
    for (JsonNode job : served.call("job", "list")) {
      if (job.path("kind").asText().equals(kind)
          && job.path("subject").asText().equals(subject)
          && job.path("state").asText().equals("RUNNING")) {
        return job;
      }
    }
    return MissingNode.getInstance();
  }

  private String state(String id) throws Exception {
    return served.call("job", "show", id).path("state").asText();
  }

  private String volume(String name) throws Exception {
    for (JsonNode volume : served.call("volume", "list")) {
      if (volume.path("name").asText().equals(name)) {
        return volume.path("state").asText();
      }
    }
    return "none";
  }

  private void assertRefused(int status, String why, String... command) {
    ServedHome.Outcome outcome = served.run(command);
    assertThat(outcome.status()).as(outcome.toString()).isEqualTo(status);
    assertThat(outcome.err()).startsWith("lunette: ").contains(why);
    assertThat(outcome.err().lines()).hasSize(1);
  }

  private static String err(Process process) throws Exception {
    return new String(process.getErrorStream().readAllBytes(), UTF_8);
  }

  private void qemuIo(String volume, String... commands) throws Exception {
    served.call("volume", "map", volume, "--server", "web1", "--lun", "0");
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(INITIATOR, 0), List.of(commands)));
    assertThat(served.run("volume", "unmap", volume, "--server", "web1").status()).isZero();
  }
}
