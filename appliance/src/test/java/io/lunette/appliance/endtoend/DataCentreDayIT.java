/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A day in a data centre, by chance: tenants come and go, images are upgraded and rolled back,
 * quotas are hit, servers move, replicas are scrubbed, and the appliance is killed in the middle of
 * it. At the end DESIGN's invariants are checked on the raw pool, from the initiators, and against
 * the audit trail. Another day: {@code -Dlunette.day.seed=N -Dlunette.day.steps=N}.
 */
class DataCentreDayIT {

  private static final long SEED = Long.getLong("lunette.day.seed", 20_261_126);
  private static final int STEPS = Integer.getInteger("lunette.day.steps", 16);
  private static final List<String> SERVERS = List.of("s1", "s2", "s3", "s4");
  private static final List<String> TENANTS = List.of("acme", "globex", "initech");

  @TempDir Path directory;
  private final Random random = new Random(SEED);
  private final TreeMap<String, Integer> done = new TreeMap<>();
  private ServedHome served;
  private DataCentre centre;
  private int kills;

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void everyInvariantHoldsAtTheEndOfTheDay() throws Exception {
    served = new ServedHome(directory).start();
    centre = new DataCentre(directory, served, random);
    open();
    for (int step = 0; step < STEPS; step++) {
      try {
        act(step);
      } catch (AssertionError e) {
        throw new AssertionError("step " + step + " of -Dlunette.day.seed=" + SEED, e);
      }
    }
    assertThat(kills).isPositive();
    close();
  }

  private void open() throws Exception {
    centre.upgrade();
    served.call("pool", "set", "web", "--ready", "3", "--scrub-threshold", "2");
    served.call("tenant", "add", "initech", "--max-servers", "1");
    for (String server : SERVERS) {
      served.call("server", "add", server, "--iqn", DataCentre.iqn(server));
    }
    settle();
  }

  /** Each kind of thing comes again after so many steps; to whom it happens is chance. */
  private void act(int step) throws Exception {
    String server = SERVERS.get(random.nextInt(SERVERS.size()));
    switch (step % 8) {
      case 2 -> upgradeOrRollBack();
      case 3 -> killDuring("release", server);
      case 5 -> killDuring("allocate", server);
      case 6 -> served.call("scrub", "run");
      default -> serve(server);
    }
  }

  /** Gives a server to a tenant, or takes it from one and gives it to another. */
  private void serve(String server) throws Exception {
    if (centre.held.containsKey(server)) {
      centre.checkContent(server);
      served.call("release", server);
      count("release");
      centre.taken(server);
    }
    settle();
    String tenant = TENANTS.get(random.nextInt(TENANTS.size()));
    boolean full =
        tenant.equals("initech")
            && centre.held.values().stream().anyMatch(held -> held.tenant().equals("initech"));
    ServedHome.Outcome outcome =
        served.run("allocate", server, "--tenant", tenant, "--image", "web");
    assertThat(outcome.status()).as(outcome.err()).isEqualTo(full ? 1 : 0);
    if (full) {
      assertThat(outcome.err()).contains("quota");
    } else {
      count("allocate");
      centre.given(server, tenant, allocation(server));
      centre.write(server);
    }
  }

  private void upgradeOrRollBack() throws Exception {
    if (centre.versions.size() < 3) {
      centre.upgrade();
    } else {
      int version = 1 + random.nextInt(centre.versions.size());
      served.call("image", "publish", "web:" + version);
      centre.current = version;
    }
  }

  /**
   * Kills the appliance while it carries a request out, starts it, and sends the request again
   * under its key: it has been carried out once then.
   */
  private void killDuring(String action, String server) throws Exception {
    boolean holds = centre.held.containsKey(server);
    String tenant = holds ? centre.held.get(server).tenant() : "acme";
    List<String> request = new ArrayList<>(List.of(action, server));
    if (action.equals("allocate")) {
      request.addAll(List.of("--tenant", tenant, "--image", "web"));
      settle();
    }
    request.addAll(List.of("--request-key", UUID.randomUUID().toString()));
    String[] words = request.toArray(String[]::new);
    Thread caller = new Thread(() -> served.run(words));
    caller.start();
    caller.join(random.nextInt(400));
    served.kill();
    kills++;
    caller.join();
    served.start();
    settle();
    served.call(words);

    if (action.equals("release") && holds) {
      centre.taken(server);
      count("release");
    } else if (action.equals("allocate") && !holds) {
      centre.given(server, tenant, allocation(server));
      count("allocate");
      centre.write(server);
    }
    for (String each : centre.held.keySet()) {
      centre.checkContent(each);
    }
    centre.checkMasks(SERVERS);
  }

  /** What the server has, under the rules that allocating again returns the same. */
  private JsonNode allocation(String server) throws Exception {
    for (JsonNode each : served.allocations()) {
      if (each.path("server").asText().equals(server)) {
        return each;
      }
    }
    throw new AssertionError(server + " has nothing");
  }

  private void count(String action) {
    done.merge(action, 1, Integer::sum);
  }

  /** Until replicas of the current version are ready. */
  private void settle() throws Exception {
    Eventually.holds(
        () -> {
          int ready = 0;
          for (JsonNode replica : served.call("replica", "list", "--state", "READY")) {
            ready += replica.path("imageVersion").asInt() == centre.current ? 1 : 0;
          }
          return ready > 0;
        });
  }

  private void close() throws Exception {
    for (String server : List.copyOf(centre.held.keySet())) {
      centre.checkContent(server);
    }
    centre.checkMasks(SERVERS);
    scrubAll();
    checkTraces();
    List<String> kept = new ArrayList<>();
    centre.held.values().forEach(held -> kept.addAll(held.stamps().values()));
    for (String server : List.copyOf(centre.held.keySet())) {
      served.call("release", server);
      count("release");
      centre.taken(server);
    }
    scrubAll();
    checkAudit();
    checkImages();
    assertThat(served.call("status").path("alerts")).isEmpty();
    assertThat(Replicas.in(served, "QUARANTINED", "FAILED")).isZero();
    assertThat(served.stop()).isZero();
    checkCertificates();
    checkPool(kept);
  }

  private void scrubAll() throws Exception {
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "RETURNED", "SCRUBBING", "BUILDING") == 0);
    Eventually.holds(() -> served.call("status").at("/space/dirtyBytes").asLong() == 0);
  }

  /** What was given back has left no trace on the device, and what is held is found there. */
  private void checkTraces() throws Exception {
    Set<String> found = new HashSet<>();
    ForeignTool.succeed(
            "sh",
            "-c",
            "grep -aoE 'tenant [a-z]+ stamp [0-9]+ [0-9a-f-]{36}' "
                + served.home.resolve("pool.lunette")
                + " | sort -u")
        .lines()
        .forEach(found::add);
    assertThat(found).doesNotContainAnyElementsOf(centre.gone);
    for (DataCentre.Held held : centre.held.values()) {
      assertThat(found).containsAll(held.stamps().values());
    }
  }

  private void checkPool(List<String> kept) throws Exception {
    Path pool = served.home.resolve("pool.lunette");
    assertThat(served.run("pool", "check", pool.toString()).status()).isZero();
    assertThat(centre.gone).containsAll(kept).isNotEmpty();
    checkTraces();
  }

  /** What was done is there as often as it was done, whatever was killed meanwhile. */
  private void checkAudit() throws Exception {
    for (String action : done.keySet()) {
      JsonNode entries = served.call("audit", "list", "--action", action, "--limit", "10000");
      assertThat(entries).as(action).hasSize(done.get(action));
    }
  }

  private void checkImages() throws Exception {
    for (int version = 1; version <= centre.versions.size(); version++) {
      Path exported = directory.resolve("exported.raw");
      Files.deleteIfExists(exported);
      served.call("image", "export", "web:" + version, exported.toString());
      assertThat(Files.mismatch(centre.versions.get(version - 1), exported)).isEqualTo(-1);
    }
  }

  private void checkCertificates() throws Exception {
    served.start();
    assertThat(served.run("scrub", "verify", "--all").status()).isZero();
    int scrubs = 0;
    for (JsonNode document : served.call("scrub", "certificate", "--all").path("documents")) {
      scrubs += document.at("/payload/type").asText().equals("lunette-scrub-certificate") ? 1 : 0;
    }
    assertThat(scrubs).isEqualTo(done.get("release"));
    assertThat(served.stop()).isZero();
  }
}
