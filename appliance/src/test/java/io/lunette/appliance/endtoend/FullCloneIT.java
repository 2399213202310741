/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.Home;
import io.lunette.appliance.client.ApiClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An independent clone says how far it is, and leaves nothing where it is cancelled. */
class FullCloneIT {

  private static final String INITIATOR = "iqn.2026-11.test:web1";

  /** So much that it takes a while. */
  private static final long COPIED = 512L << 20;

  @TempDir Path directory;
  private ServedHome served;
  private long ownedBefore;

  @BeforeEach
  void makeSource() throws Exception {
    served = new ServedHome(directory).start("--pool-size", "2G");
    served.call("server", "add", "web1", "--iqn", INITIATOR);
    served.call("volume", "create", "source", "--size", "4G");
    qemuIo("source", "write -P 7 0 512M", "flush");
    served.call("volume", "seal", "source");
    ownedBefore = owned();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void theJobOfTheApiCountsUpAndLeavesNothingWhenItIsCancelled() throws Exception {
    try (ApiClient api = ApiClient.open(new Home(served.home))) {
      Map<String, Object> body = Map.of("name", "own", "full", true, "encrypt", false);
      String job = "/jobs/" + api.post("/volumes/source/clones", body).path("id").asText();
      JsonNode seen = api.get(job);
      while (seen.path("state").asText().equals("RUNNING")
          && seen.path("doneBytes").asLong() == 0) {
        seen = api.get(job);
      }
      assertThat(seen.path("state").asText()).isEqualTo("RUNNING");
      assertThat(seen.path("totalBytes").asLong()).isEqualTo(COPIED);
      assertThat(seen.path("doneBytes").asLong()).isBetween(1L, COPIED - 1);
      assertThat(state("own")).isEqualTo("COPYING");

      api.delete(job);

      Eventually.holds(() -> api.get(job).path("state").asText().equals("CANCELLED"));
    }
    assertNothingIsLeft();
  }

  @Test
  void whoWaitsForItIsToldThatItWasDeletedAndASecondOneIsWhole() throws Exception {
    CompletableFuture<ServedHome.Outcome> waiting =
        CompletableFuture.supplyAsync(
            () -> served.run("volume", "clone", "source", "own", "--full"));
    Eventually.holds(() -> state("own").equals("COPYING"));
    assertThat(served.run("volume", "map", "own", "--server", "web1").status()).isEqualTo(1);

    assertThat(served.run("volume", "delete", "own").status()).isZero();

    ServedHome.Outcome outcome = waiting.get(60, SECONDS);
    assertThat(outcome.status()).as(outcome.toString()).isEqualTo(1);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).startsWith("lunette: ").contains("cancelled");
    assertNothingIsLeft();
    served.call("volume", "clone", "source", "own", "--full");
    served.call("volume", "delete", "source");
    qemuIo("own", "read -P 7 0 512M", "read -P 0 512M 64M");
  }

  private void assertNothingIsLeft() throws Exception {
    assertThat(state("own")).isEqualTo("none");
    Eventually.holds(
        () ->
            served.call("status").at("/space/dirtyBytes").asLong() == 0 && owned() == ownedBefore);
    assertThat(served.call("status").path("alerts")).isEmpty();
    // Those of the source, and none of the copy that was cancelled.
    assertThat(Bytes.countIn(served.home.resolve("pool.lunette"), Bytes.block(7)))
        .isEqualTo(COPIED / 4096);
  }

  private long owned() throws Exception {
    JsonNode owned = served.call("status").at("/space/ownedBytes");
    assertThat(owned.isNumber()).isTrue();
    return owned.asLong();
  }

  private String state(String name) throws Exception {
    for (JsonNode volume : served.call("volume", "list")) {
      if (volume.path("name").asText().equals(name)) {
        return volume.path("state").asText();
      }
    }
    return "none";
  }

  private void qemuIo(String volume, String... commands) throws Exception {
    served.call("volume", "map", volume, "--server", "web1", "--lun", "0");
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(INITIATOR, 0), List.of(commands)));
    assertThat(served.run("volume", "unmap", volume, "--server", "web1").status()).isZero();
  }
}
