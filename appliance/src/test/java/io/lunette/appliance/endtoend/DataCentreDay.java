/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.Home;
import io.lunette.appliance.client.ApiClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A day in a data centre: tenants come and go, images are upgraded and rolled back, servers with
 * whole and with split images boot and are upgraded, the balancer moves servers by the load that
 * they report, quotas are hit, replicas are scrubbed, and the appliance is killed in the middle of
 * it. At the end DESIGN's invariants are checked on the raw pool, from the initiators, and against
 * the audit trail. What happens to whom is chance, from a seed; for one thread.
 */
final class DataCentreDay implements AutoCloseable {

  private static final List<String> WHOLE_SERVERS = List.of("s1", "s2", "s3", "s4");
  private static final List<String> SPLIT_SERVERS = List.of("t1", "t2");
  private static final List<String> SERVERS = List.of("s1", "s2", "s3", "s4", "t1", "t2");
  private static final List<String> TENANTS = List.of("acme", "globex", "initech");
  private static final List<String> GROUPS = List.of("acme", "globex");
  private static final double BUSY = 90;
  private static final double IDLE = 5;

  private final Path directory;
  private final long seed;
  private final Random random;
  private final String[] options;
  private final TreeMap<String, Integer> done = new TreeMap<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private final ServedHome served;
  private final DataCentre centre;
  private final DataCentreEvening evening;
  private int kills;
  private int lastMove;

  /**
   * A day that has not begun.
   *
   * @param options of {@code serve}, besides the pool's size and where it listens
   */
  DataCentreDay(Path directory, long seed, List<String> options) throws Exception {
    this.directory = directory;
    this.seed = seed;
    this.random = new Random(seed);
    List<String> all = new ArrayList<>(List.of("--pool-size", "1G", "--http", "127.0.0.1:0"));
    all.addAll(options);
    this.options = all.toArray(String[]::new);
    this.served = new ServedHome(directory);
    this.centre = new DataCentre(directory, served, random);
    this.evening = new DataCentreEvening(directory, served, centre);
  }

  /** Lives through so many steps and checks everything. */
  void live(int steps) throws Exception {
    served.start(options);
    open();
    for (int step = 0; step < steps; step++) {
      try {
        act(step);
      } catch (AssertionError e) {
        throw new AssertionError("step " + step + " of -Dlunette.day.seed=" + seed, e);
      }
    }
    assertThat(kills).isPositive();
    checkTheEnd();
  }

  @Override
  public void close() {
    served.close();
  }

  private void open() throws Exception {
    for (String image : centre.images.keySet()) {
      centre.upgrade(image);
      served.call("pool", "set", image, "--ready", "3", "--scrub-threshold", "2");
    }
    served.call("rollout", "set", DataCentre.SPLIT, "--boot", "stateless");
    served.call("tenant", "add", "initech", "--max-servers", "1");
    for (String server : SERVERS) {
      served.call("server", "add", server, "--iqn", DataCentre.iqn(server));
      served.call(
          "server",
          "set",
          server,
          "--power",
          "hook:/bin/true",
          "--heartbeat",
          "1h",
          "--shared",
          WHOLE_SERVERS.contains(server) ? "yes" : "no");
    }
    for (String tenant : GROUPS) {
      served.call(
          "group",
          "set",
          tenant,
          "--tenant",
          tenant,
          "--image",
          DataCentre.WHOLE,
          "--max",
          "4",
          "--metric",
          "queue",
          "--target",
          "50",
          "--cooling",
          "1s");
    }
    for (String server : SPLIT_SERVERS) {
      give(server, any(GROUPS));
    }
  }

  /** Each kind of thing comes again after so many steps; to whom it happens is chance. */
  private void act(int step) throws Exception {
    switch (step % 14) {
      case 2 -> upgradeOrRollBack(DataCentre.WHOLE);
      case 3 -> killDuring("release", any(WHOLE_SERVERS));
      case 4 -> upgradeOrRollBack(DataCentre.SPLIT);
      case 5 -> boot(any(SPLIT_SERVERS));
      case 6 -> balance(false);
      case 7 -> killDuring("allocate", any(WHOLE_SERVERS));
      case 8 -> upgrade(any(SERVERS), false);
      case 9 -> served.call("scrub", "run");
      case 11 -> upgrade(any(SPLIT_SERVERS), true);
      case 12 -> balance(true);
      default -> serve(any(SERVERS));
    }
    centre.checkMasks(SERVERS);
  }

  private String any(List<String> which) {
    return which.get(random.nextInt(which.size()));
  }

  private static String imageOf(String server) {
    return SPLIT_SERVERS.contains(server) ? DataCentre.SPLIT : DataCentre.WHOLE;
  }

  /** Gives a server to a tenant, or takes it from one and gives it to another. */
  private void serve(String server) throws Exception {
    if (centre.held.containsKey(server)) {
      centre.checkContent(server);
      served.call("release", server);
      taken(server);
    }
    give(server, any(TENANTS));
  }

  private void give(String server, String tenant) throws Exception {
    settle(imageOf(server));
    boolean full =
        tenant.equals("initech")
            && centre.held.values().stream().anyMatch(held -> held.tenant().equals("initech"));
    ServedHome.Outcome outcome =
        served.run("allocate", server, "--tenant", tenant, "--image", imageOf(server));
    assertThat(outcome.status()).as(outcome.err()).isEqualTo(full ? 1 : 0);
    if (full) {
      assertThat(outcome.err()).contains("quota");
    } else {
      given(server, tenant);
    }
  }

  private void taken(String server) {
    centre.taken(server);
    count("release");
  }

  private void given(String server, String tenant) throws Exception {
    JsonNode allocation = allocation(server);
    assertThat(allocation.path("tenant").asText()).isEqualTo(tenant);
    centre.given(server, allocation);
    count("allocate");
    centre.write(server);
  }

  private void upgradeOrRollBack(String image) throws Exception {
    DataCentre.Versions versions = centre.images.get(image);
    if (versions.files.size() < 3) {
      centre.upgrade(image);
    } else {
      centre.publish(image, 1 + random.nextInt(versions.files.size()));
    }
  }

  /**
   * A server asks what to boot: of a split image it gets the current portion, and keeps its own.
   */
  private void boot(String server) throws Exception {
    if (!centre.held.containsKey(server)) {
      give(server, "acme");
    }
    URI uri = URI.create("http://" + served.http() + "/boot/ipxe?iqn=" + DataCentre.iqn(server));
    Eventually.holds(
        () ->
            client
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body()
                .contains("sanboot"));
    exchanged(server);
  }

  /** Takes note of the portion that the server sees now. */
  private void exchanged(String server) throws Exception {
    DataCentre.Held before = centre.held.get(server);
    int current = centre.images.get(DataCentre.SPLIT).current;
    if (before.version() != current) {
      count("rollout.exchange");
      centre.held.put(server, before.running(current));
    }
    assertThat(allocation(server).path("replica").asText()).isEqualTo(before.replica());
    centre.checkContent(server);
  }

  /** Brings a server to the current version, whatever it runs, killed meanwhile or not. */
  private void upgrade(String server, boolean kill) throws Exception {
    if (!centre.held.containsKey(server)) {
      give(server, "acme");
    }
    settle(imageOf(server));
    if (kill) {
      kill(() -> served.run("server", "upgrade", server));
    }
    int current = centre.images.get(imageOf(server)).current;
    Eventually.holds(
        () -> {
          ServedHome.Outcome unused = served.run("server", "upgrade", server);
          return noneMoves() && allocation(server).path("imageVersion").asInt() == current;
        });
    String tenant = centre.held.get(server).tenant();
    if (centre.held.get(server).isSplit()) {
      exchanged(server);
    } else if (centre.held.get(server).version() != current) {
      taken(server);
      given(server, tenant);
    }
  }

  /** One tenant's servers report that they are busy, the others' that they are not. */
  private void balance(boolean kill) throws Exception {
    settle(DataCentre.WHOLE);
    noteMoves();
    String busy = any(GROUPS);
    try (ApiClient api = ApiClient.open(new Home(served.home))) {
      for (String server : WHOLE_SERVERS) {
        DataCentre.Held held = centre.held.get(server);
        double load = held != null && held.tenant().equals(busy) ? BUSY : IDLE;
        JsonNode unused = api.post("/servers/" + server + "/load", Map.of("queue", load));
      }
    }
    JsonNode plan = served.call("balancer", "plan");
    assertThat(plan.has("moves")).isTrue();
    if (kill) {
      kill(() -> served.run("balancer", "run"));
    } else {
      served.call("balancer", "run");
    }
    Eventually.holds(this::noneMoves);
    for (JsonNode move : noteMoves()) {
      assertThat(move.path("state").asText()).as(move.toString()).isEqualTo("DONE");
      follow(move);
    }
  }

  /** What a move of the balancer's came to. */
  private void follow(JsonNode move) throws Exception {
    String server = move.path("server").asText();
    if (move.hasNonNull("from")) {
      assertThat(move.path("from").asText())
          .isEqualTo(centre.held.get(server).tenant() + "/" + DataCentre.WHOLE);
      taken(server);
    }
    if (move.hasNonNull("to")) {
      given(server, move.path("to").asText().replaceAll("/.*", ""));
    }
  }

  private boolean noneMoves() throws Exception {
    for (JsonNode move : served.call("server", "moves")) {
      if (!Set.of("DONE", "FAILED").contains(move.path("state").asText())) {
        return false;
      }
    }
    return true;
  }

  /** The moves that have not been noted, oldest first. */
  private List<JsonNode> noteMoves() throws Exception {
    List<JsonNode> fresh = new ArrayList<>();
    for (JsonNode move : served.call("server", "moves")) {
      if (move.path("sequence").asInt() > lastMove) {
        fresh.add(0, move);
      }
    }
    if (!fresh.isEmpty()) {
      lastMove = fresh.get(fresh.size() - 1).path("sequence").asInt();
    }
    return fresh;
  }

  /** Kills the appliance while it carries a request out, at whatever point, and starts it. */
  private void kill(Runnable request) throws Exception {
    Thread caller = new Thread(request);
    caller.start();
    caller.join(random.nextInt(400));
    served.kill();
    kills++;
    caller.join();
    served.start(options);
  }

  /** Sends a request that was cut off again under its key: it has been carried out once then. */
  private void killDuring(String action, String server) throws Exception {
    boolean holds = centre.held.containsKey(server);
    String tenant = holds ? centre.held.get(server).tenant() : "acme";
    List<String> request = new ArrayList<>(List.of(action, server));
    if (action.equals("allocate")) {
      request.addAll(List.of("--tenant", tenant, "--image", DataCentre.WHOLE));
      settle(DataCentre.WHOLE);
    }
    request.addAll(List.of("--request-key", UUID.randomUUID().toString()));
    String[] words = request.toArray(String[]::new);
    kill(() -> served.run(words));
    settle(DataCentre.WHOLE);
    served.call(words);

    if (action.equals("release") && holds) {
      taken(server);
    } else if (action.equals("allocate") && !holds) {
      given(server, tenant);
    }
    for (String each : centre.held.keySet()) {
      centre.checkContent(each);
    }
  }

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
  private void settle(String image) throws Exception {
    int current = centre.images.get(image).current;
    Eventually.holds(
        () -> {
          int ready = 0;
          for (JsonNode replica : served.call("replica", "list", "--state", "READY")) {
            boolean fits =
                replica.path("image").asText().equals(image)
                    && replica.path("imageVersion").asInt() == current;
            ready += fits ? 1 : 0;
          }
          return ready > 0;
        });
  }

  private void checkTheEnd() throws Exception {
    for (String server : List.copyOf(centre.held.keySet())) {
      centre.checkContent(server);
    }
    evening.scrubAll();
    evening.checkTraces();
    List<String> kept = new ArrayList<>();
    centre.held.values().forEach(held -> kept.addAll(held.stamps().values()));
    for (String server : List.copyOf(centre.held.keySet())) {
      served.call("release", server);
      taken(server);
    }
    centre.checkMasks(SERVERS);
    evening.scrubAll();
    evening.checkAudit(done);
    evening.checkImages();
    assertThat(served.call("status").path("alerts")).isEmpty();
    assertThat(Replicas.in(served, "QUARANTINED", "FAILED")).isZero();
    evening.checkCertificates(done.get("release"));
    assertThat(served.stop()).isZero();
    assertThat(centre.gone).containsAll(kept).isNotEmpty();
    evening.checkPool();
  }
}
