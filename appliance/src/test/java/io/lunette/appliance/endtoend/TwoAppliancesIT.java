/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.catalog.jdbc.PostgresAccess;
import io.lunette.core.catalog.jdbc.PostgresCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two appliances that share a catalog in PostgreSQL. */
class TwoAppliancesIT {

  private static final int SERVERS = 4;
  private static final int SERVED = 20;

  /** Most of them find no replica ready, or nobody there. */
  private static final int ROUNDS_MAX = 2_000;

  @TempDir Path directory;
  private PostgresAccess access;
  private ServedHome a;
  private ServedHome b;

  @BeforeEach
  void start() throws Exception {
    access = PostgresCluster.shared().schema("t" + UUID.randomUUID().toString().replace("-", ""));
    Path password =
        Files.createFile(
            directory.resolve("password"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(password, access.password().orElseThrow(), StandardCharsets.UTF_8);
    byte[] content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    Files.write(directory.resolve("image.raw"), content);
    a = new ServedHome(Files.createDirectory(directory.resolve("a")));
    b = new ServedHome(Files.createDirectory(directory.resolve("b")));
    serve(a, "a");
    serve(b, "b");
    for (ServedHome each : List.of(a, b)) {
      each.call("image", "import", "web", directory.resolve("image.raw").toString());
      each.call("pool", "set", "web", "--ready", "2", "--scrub-threshold", "1");
    }
    for (int i = 0; i < SERVERS; i++) {
      a.call("server", "add", "s" + i, "--iqn", iqn(i));
    }
    for (ServedHome each : List.of(a, b)) {
      Eventually.holds(() -> ready(each) == 2);
    }
  }

  private ServedHome serve(ServedHome served, String node) throws Exception {
    return served.start(options(node).toArray(String[]::new));
  }

  private List<String> options(String node) {
    return List.of(
        "--pool-size",
        "1G",
        "--catalog",
        access.url(),
        "--catalog-user",
        access.user().orElseThrow(),
        "--catalog-password-file",
        directory.resolve("password").toString(),
        "--node",
        node);
  }

  private static int ready(ServedHome served) throws Exception {
    int ready = 0;
    for (JsonNode replica : served.call("replica", "list")) {
      ready += replica.path("state").asText().equals("READY") ? 1 : 0;
    }
    return ready;
  }

  private static String iqn(int server) {
    return "iqn.2026-11.test:s" + server;
  }

  @AfterEach
  void stop() {
    a.close();
    b.close();
  }

  @Test
  void serversOfOneCatalogGetReplicasOfEither() throws Exception {
    JsonNode fromA = a.call("allocate", "s0", "--tenant", "acme", "--image", "web");
    JsonNode fromB = b.call("allocate", "s1", "--tenant", "acme", "--image", "web");

    assertThat(fromA.path("replica")).isNotEqualTo(fromB.path("replica"));
    assertThat(ForeignTool.succeed("iscsi-inq", "-i", iqn(0), a.url(0))).contains("LUNETTE");
    assertThat(ForeignTool.succeed("iscsi-inq", "-i", iqn(1), b.url(0))).contains("LUNETTE");
    assertThat(ForeignTool.run("iscsi-inq", "-i", iqn(1), a.url(0)).output())
        .doesNotContain("LUNETTE");
    ServedHome.Outcome refused = b.run("release", "s0");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("of node 'a'");
    assertThat(b.call("status").path("nodes")).hasSize(2);
  }

  @Test
  void oneIsKilledUnderLoadAndTheOtherGoesOnAndNothingIsLost() throws Exception {
    Set<String> held = ConcurrentHashMap.newKeySet();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<Integer>> runs = new ArrayList<>();
      runs.add(threads.submit(serving(a, 0, held)));
      runs.add(threads.submit(serving(b, 1, held)));
      JsonNode kept = allocated(b, "s3", "kept");
      Eventually.holds(() -> a.call("audit", "list", "--action", "release").size() > 4);
      a.kill();
      JsonNode during = allocated(b, "s2", "acme");
      ForeignTool.succeed(
          ForeignTool.qemuIo(b.image(iqn(2), 0), List.of("write -P 0xb7 0 512k", "flush")));
      Path pool = b.home.resolve("pool.lunette");
      assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isTrue();
      b.call("release", "s2");

      assertThat(during.path("state").asText()).isEqualTo("ALLOCATED");
      runs.get(0).get(2, TimeUnit.MINUTES);
      assertThat(runs.get(1).get(2, TimeUnit.MINUTES)).isPositive();
      serve(a, "a");

      assertThat(a.call("status").path("alerts")).isEmpty();
      a.run("release", "s0");
      b.run("release", "s1");
      assertThat(b.call("allocate", "s3", "--tenant", "kept", "--image", "web").path("replica"))
          .isEqualTo(kept.path("replica"));
      assertThat(ForeignTool.succeed("iscsi-inq", "-i", iqn(3), b.url(0))).contains("LUNETTE");
      for (ServedHome each : List.of(a, b)) {
        Eventually.holds(() -> ready(each) >= 2);
      }
      Eventually.holds(() -> Replicas.in(b, "RETURNED", "SCRUBBING") == 0);
      assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isFalse();
    } finally {
      threads.shutdownNow();
    }
  }

  /** What a server is given, once the others leave it a replica that is ready. */
  private static JsonNode allocated(ServedHome served, String server, String tenant)
      throws Exception {
    String[] command = {"allocate", server, "--tenant", tenant, "--image", "web"};
    Eventually.holds(() -> served.run(command).status() == 0);
    return served.call(command);
  }

  /**
   * Allocates and releases one server until its appliance is gone or it has done so often enough.
   */
  private static Callable<Integer> serving(ServedHome served, int server, Set<String> held) {
    return () -> {
      int successes = 0;
      for (int round = 0; successes < SERVED && round < ROUNDS_MAX; round++) {
        ServedHome.Outcome outcome =
            served.run("allocate", "s" + server, "--tenant", "acme", "--image", "web");
        if (outcome.status() == 0) {
          String replica =
              outcome.out().replaceAll("(?s).*\"replica\"\\s*:\\s*\"([^\"]+)\".*", "$1");
          assertThat(held.add(replica)).as(replica).isTrue();
          successes++;
          held.remove(replica);
          served.run("release", "s" + server);
        }
      }
      return successes;
    };
  }

  @Test
  void homeThatWasCopiedAndStartedAgainStopsTheFirst() throws Exception {
    ServedHome copy = new ServedHome(Files.createDirectory(directory.resolve("copy")));
    Files.createDirectory(copy.home);
    for (String file : List.of("target-name", "certificate-key.pem", "certificate-keys.pub.pem")) {
      copy(a.home.resolve(file), copy.home.resolve(file));
    }
    ServedHome stranger = new ServedHome(Files.createDirectory(directory.resolve("stranger")));
    try (copy;
        stranger) {
      List<String> words = new ArrayList<>(List.of("--portal", LocalAddress.next()));
      words.addAll(options("a"));
      Process refused = ServedHome.launch(stranger.home, directory.resolve("stranger.log"), words);
      assertThat(refused.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.readString(directory.resolve("stranger.log"))).contains("--node NAME");

      serve(copy, "a");

      assertThat(a.exit(60)).isEqualTo(1);
      assertThat(a.said()).contains("another appliance was started as node 'a'");
      assertThat(b.call("allocate", "s1", "--tenant", "acme", "--image", "web").path("state"))
          .hasToString("\"ALLOCATED\"");
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
  }
}
