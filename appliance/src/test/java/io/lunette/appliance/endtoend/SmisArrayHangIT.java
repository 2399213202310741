/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An array that takes connections and answers nothing: what is not on it goes on as ever. */
class SmisArrayHangIT {

  private static final int SIZE = 4 << 20;
  private static final int CALLS = 20;

  @TempDir Path directory;
  private ArrayPair pair;

  @BeforeEach
  void start() throws Exception {
    pair = ArrayPair.start(directory);
    byte[] content = new byte[SIZE];
    new Random(1).nextBytes(content);
    String image = Files.write(directory.resolve("image.raw"), content).toString();
    pair.served.call("image", "import", "far", image, "--array", "basement");
    pair.served.call("image", "import", "near", image);
    for (String server : new String[] {"a", "b", "c"}) {
      pair.served.call("server", "add", server, "--iqn", "iqn.2026-11.test:" + server);
    }
    pair.served.call("pool", "set", "far", "--ready", "1", "--scrub-threshold", "1");
    pair.served.call("pool", "set", "near", "--ready", "2", "--scrub-threshold", "1");
    Eventually.holds(() -> ready("far") == 1 && ready("near") == 2);
  }

  @AfterEach
  void stop() throws Exception {
    pair.array.thaw();
    pair.close();
  }

  private int ready(String image) throws Exception {
    int count = 0;
    for (JsonNode replica : pair.served.call("replica", "list", "--image", image)) {
      count += replica.path("state").asText().equals("READY") ? 1 : 0;
    }
    return count;
  }

  private JsonNode volume(String name) throws Exception {
    for (JsonNode volume : pair.served.call("volume", "list")) {
      if (volume.path("name").asText().equals(name)) {
        return volume;
      }
    }
    throw new AssertionError("no volume " + name + " is listed");
  }

  private void allocate(String server, String image) throws Exception {
    pair.served.call("allocate", server, "--tenant", "acme", "--image", image);
  }

  /** The array answers no more, in the middle of a refill and of a release. */
  private CompletableFuture<ServedHome.Outcome> hang() throws Exception {
    allocate("a", "far");
    pair.array.freeze();
    pair.served.call("pool", "set", "far", "--ready", "4");
    return CompletableFuture.supplyAsync(() -> pair.served.run("release", "a"));
  }

  @Test
  void holdsUpNoPoolAllocationReleaseScrubOrListOfTheLocalPool() throws Exception {
    CompletableFuture<ServedHome.Outcome> release = hang();

    pair.served.call("pool", "set", "near", "--ready", "4");
    Eventually.holds(() -> ready("near") == 4);
    allocate("b", "near");
    ForeignTool.succeed(
        ForeignTool.qemuIo(
            pair.served.image("iqn.2026-11.test:b", 0), List.of("write -P 0xb7 1M 1M", "flush")));
    Path pool = pair.served.home.resolve("pool.lunette");
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isTrue();
    pair.served.call("release", "b");
    allocate("c", "near");
    Eventually.holds(() -> ready("near") >= 4);
    Eventually.holds(() -> !Bytes.occurIn(pool, Bytes.block(0xb7)));

    assertThat(pair.served.call("status").path("sessions")).isEmpty();
    assertThat(volume("image-far").path("allocatedBytes").isNull()).isTrue();
    assertThat(volume("image-near").path("allocatedBytes").asLong()).isPositive();
    assertThat(pair.served.call("array", "list").get(0).path("trouble").asText())
        .contains("does not answer");
    assertThat(release.isDone()).isFalse();
    pair.array.thaw();
    assertThat(release.get(120, SECONDS).status()).as(release.join().err()).isZero();
    Eventually.holds(() -> ready("far") >= 4);
  }

  /** More callers than the appliance has threads to spare for one array, all at once. */
  @Test
  void holdsUpNoCallOfOthersHoweverManyWaitForIt() throws Exception {
    allocate("a", "far");
    pair.array.freeze();
    ExecutorService callers = Executors.newFixedThreadPool(2 * CALLS);
    List<CompletableFuture<ServedHome.Outcome>> calls = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      String snapshot = "snapshot-" + i;
      calls.add(
          supplyAsync(() -> pair.served.run("volume", "snapshot", "image-far", snapshot), callers));
      calls.add(supplyAsync(() -> pair.served.run("release", "a"), callers));
    }

    Eventually.holds(() -> calls.stream().filter(CompletableFuture::isDone).count() >= CALLS);
    allocate("b", "near");
    assertThat(pair.served.call("release", "b")).isNotNull();

    List<String> refusals = new ArrayList<>();
    for (CompletableFuture<ServedHome.Outcome> call : calls) {
      if (call.isDone()) {
        assertThat(call.join().status()).isEqualTo(1);
        refusals.add(call.join().err().strip());
      }
    }
    assertThat(refusals)
        .contains("lunette: array 'basement' has 16 calls to answer first; try again later")
        .contains("lunette: server 'a' is being changed, which takes long; try again later")
        .allMatch(line -> line.endsWith("; try again later"));
    pair.array.thaw();
    for (CompletableFuture<ServedHome.Outcome> call : calls) {
      call.get(120, SECONDS);
    }
    callers.shutdown();
    assertThat(pair.served.run("release", "a").err()).doesNotContain("try again later");
  }

  @Test
  void holdsUpNeitherStopNorStart() throws Exception {
    CompletableFuture<ServedHome.Outcome> release = hang();

    assertThat(pair.served.stop()).isZero();
    pair.startServed();

    assertThat(release.get(60, SECONDS).status()).isNotZero();
    allocate("b", "near");
    Eventually.holds(() -> ready("near") == 2);
    pair.array.thaw();
    Eventually.holds(() -> ready("far") >= 4);
  }
}
