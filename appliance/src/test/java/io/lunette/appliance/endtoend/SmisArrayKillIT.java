/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.Home;
import io.lunette.appliance.client.ApiClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An array that is killed in the middle of CreateElementReplica, and started anew. */
class SmisArrayKillIT {

  private static final int SIZE = 128 << 20;

  /** What the driver puts before the name that it gives a volume. */
  private static final String TOKEN = "lnt[0-9a-f]{12}_";

  @TempDir Path directory;
  private ArrayPair pair;
  private Path image;

  @BeforeEach
  void start() throws Exception {
    pair = ArrayPair.start(directory);
    byte[] content = new byte[SIZE];
    new Random(1).nextBytes(content);
    image = Files.write(directory.resolve("image.raw"), content);
    pair.served.call("image", "import", "web", image.toString(), "--array", "basement");
  }

  @AfterEach
  void stop() {
    pair.close();
  }

  @Test
  void hasAfterwardsTheVolumesThatTheDriverKnowsAndNoOther() throws Exception {
    for (int ready = 2; ready <= 4; ready += 2) {
      pair.served.call("pool", "set", "web", "--ready", Integer.toString(ready));
      awaitCopying(ready);

      pair.array.kill();
      pair.startArray();

      settles(ready);
    }
  }

  /** Copies are under way, or were so short that nobody saw them. */
  private void awaitCopying(int ready) throws Exception {
    Eventually.holds(
        () ->
            pair.array.call("volume", "list").findValuesAsText("state").contains("COPYING")
                || Replicas.in(pair.served, "READY") == ready);
  }

  /** So many replicas are ready, and what the one knows the other has. */
  private void settles(int ready) throws Exception {
    Eventually.holds(() -> Replicas.in(pair.served, "READY") == ready);
    Eventually.holds(() -> names(pair.array).equals(names(pair.served)));
    assertThat(Replicas.in(pair.served, "BUILDING", "FAILED", "QUARANTINED")).isZero();
  }

  @Test
  void doesNotHoldUpTheStopOfTheApplianceThatDrivesIt() throws Exception {
    pair.served.call("pool", "set", "web", "--ready", "2");
    awaitCopying(2);
    pair.array.kill();

    assertThat(pair.served.stop()).isZero();

    pair.startArray();
    pair.startServed();
    settles(2);
  }

  @Test
  void isAskedOnceForACopyThatItGoesOnWith() throws Exception {
    CompletableFuture<ServedHome.Outcome> clone =
        CompletableFuture.supplyAsync(
            () -> pair.served.run("volume", "clone", "image-web", "copy", "--full"));
    Eventually.holds(() -> clone.isDone() || copied() > 0);

    pair.array.kill();
    pair.startArray();

    assertThat(clone.get(60, SECONDS).status()).as(clone.join().err()).isZero();
    assertThat(pair.array.call("audit", "list", "--action", "volume.copy")).hasSize(1);
    assertThat(names(pair.array)).isEqualTo(names(pair.served));
    Path copy = directory.resolve("copy.raw");
    pair.served.call("volume", "export", "copy", copy.toString());
    assertThat(Files.mismatch(copy, image)).isEqualTo(-1);
  }

  /** How much of its copy the driver was told of by the array's job. */
  private long copied() throws Exception {
    try (ApiClient api = ApiClient.open(new Home(pair.served.home))) {
      for (JsonNode job : api.list("/jobs")) {
        if (job.path("subject").asText().equals("copy")) {
          return job.path("doneBytes").asLong();
        }
      }
      return 0;
    }
  }

  private static List<String> names(ServedHome home) throws Exception {
    return home.call("volume", "list").findValuesAsText("name").stream()
        .map(name -> name.replaceFirst(TOKEN, "").replace('@', '-'))
        .sorted()
        .toList();
  }
}
