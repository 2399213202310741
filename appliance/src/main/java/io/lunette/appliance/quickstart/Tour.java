/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The main job from a golden image to a certified scrub, on a running appliance. Every step checks
 * what it claims, with foreign programs where an initiator is needed.
 */
public final class Tour {

  /** Image, tenant and servers of the tour. */
  static final String IMAGE = "golden";

  private static final String TENANT = "acme";
  private static final String IQN = "iqn.2026-11.io.lunette.quickstart:";
  private static final int READY = 4;
  private static final long SECRET_BYTES = 1 << 20;
  private static final long SECRET_OFFSET = 64 << 20;
  private static final long PAUSE_MILLIS = 20;
  private static final long MOST_WAIT_MILLIS = 120_000;

  private final ApiClient api;
  private final TourPrinter printer;
  private final String lunette;
  private final Path scratch;
  private final Path poolFile;

  private Path raw;
  private long imageBytes;
  private String imageDigest;
  private byte[] secret;

  /**
   * @param command how the user calls the program on this home, for the commands shown
   * @param scratch a directory for the tour's own files, which the caller removes
   * @param poolFile the pool, to be searched
   */
  public Tour(ApiClient api, PrintWriter out, String command, Path scratch, Path poolFile) {
    this.api = api;
    this.printer = new TourPrinter(out);
    this.lunette = command;
    this.scratch = scratch;
    this.poolFile = poolFile;
  }

  /**
   * Walks through all steps.
   *
   * @param image the user's image; one is built if there is none
   * @throws TourException if a step does not come out as it has to
   */
  public void run(Optional<Path> image) throws TourException, ApiException {
    try {
      Path golden = image.isPresent() ? image.get() : buildImage();
      importImage(golden);
      pregenerate();
      registerServers();
      JsonNode first = allocate("web1");
      JsonNode second = allocate("web2");
      QemuInitiator web1 = new QemuInitiator(first, IQN + "web1");
      QemuInitiator web2 = new QemuInitiator(second, IQN + "web2");
      readBack(web1);
      writeSecret(web1);
      showIsolation(web2);
      release(web1);
      scrub(first.path("replica").asText());
      searchPool();
      showReady(first.path("replica").asText());
      printer.say("\nDone in " + printer.elapsed() + ": every step did what it says.");
    } catch (IOException e) {
      throw new TourException("a file of the tour cannot be used: " + e.getMessage(), e);
    }
  }

  private Path buildImage() throws TourException, IOException {
    Path file = scratch.resolve("golden.raw");
    printer.step(
        "Build a golden image: an ext4 file system with programs of this machine",
        "mke2fs -t ext4 -d DIRECTORY " + file + " 512M");
    int files = SampleImage.build(file, scratch);
    printer.done(files + " files in an image of " + mib(Files.size(file)));
    return file;
  }

  private void importImage(Path golden) throws TourException, ApiException, IOException {
    boolean qcow2 = isQcow2(golden);
    String format = qcow2 ? "qcow2" : "raw";
    raw = golden;
    if (qcow2) {
      raw = scratch.resolve("golden.raw");
      Program.succeed(
          List.of(
              "qemu-img",
              "convert",
              "-f",
              "qcow2",
              "-O",
              "raw",
              golden.toString(),
              raw.toString()));
    }
    imageBytes = Files.size(raw);
    imageDigest = Digest.of(raw, imageBytes);
    printer.step(
        "Import it; holes and zeroes take no space",
        lunette + " image import " + IMAGE + " " + golden + (qcow2 ? " --format qcow2" : ""));
    JsonNode job =
        api.post(
            "/images",
            Map.of("name", IMAGE, "file", golden.toAbsolutePath().toString(), "format", format));
    JsonNode imported =
        await("/jobs/" + job.path("id").asText(), now -> !"RUNNING".equals(state(now)));
    if (!"DONE".equals(state(imported))) {
      throw new TourException(
          "the import failed: " + imported.path("problem").path("detail").asText());
    }
    long used = api.get("/status").path("space").path("ownedBytes").asLong();
    printer.done(
        mib(imageBytes)
            + " of image, sha256 "
            + imageDigest.substring(0, 16)
            + "…, "
            + mib(used)
            + " of pool");
  }

  private static boolean isQcow2(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return HexFormat.of().formatHex(in.readNBytes(4)).equals("514649fb");
    }
  }

  private void pregenerate() throws TourException, ApiException {
    printer.step(
        "Make " + READY + " replicas ahead of demand",
        lunette + " pool set " + IMAGE + " --ready " + READY + " --scrub-threshold 8");
    api.put("/pools/" + IMAGE, Map.of("ready", READY, "scrubThreshold", 8));
    await("/pools", pools -> readyIn(pools) >= READY);
    printer.done(READY + " replicas READY");
  }

  private static int readyIn(JsonNode pools) {
    for (JsonNode pool : pools) {
      if (IMAGE.equals(pool.path("image").asText())) {
        return pool.path("ready").asInt();
      }
    }
    return 0;
  }

  private void registerServers() throws ApiException {
    printer.step(
        "Register two servers by the names of their initiators",
        lunette + " server add web1 --iqn " + IQN + "web1");
    for (String server : List.of("web1", "web2")) {
      api.post("/servers", Map.of("name", server, "iqn", IQN + server));
    }
    printer.done("web1 and web2");
  }

  private JsonNode allocate(String server) throws ApiException {
    printer.step(
        "Allocate a replica to " + server,
        lunette + " allocate " + server + " --tenant " + TENANT + " --image " + IMAGE);
    Map<String, String> body = new LinkedHashMap<>();
    body.put("server", server);
    body.put("tenant", TENANT);
    body.put("image", IMAGE);
    JsonNode allocation = api.post("/allocations", body);
    printer.done(allocation.path("replica").asText() + " is " + allocation.path("url").asText());
    return allocation;
  }

  private String digestOver(QemuInitiator server, String name) throws TourException, IOException {
    Path file = scratch.resolve(name);
    Program.succeed(server.readCommand(file));
    String digest = Digest.of(file, imageBytes);
    Files.delete(file);
    return digest;
  }

  private void readBack(QemuInitiator web1) throws TourException, IOException {
    printer.step(
        "Read web1's LUN over iSCSI with QEMU and compare",
        QemuInitiator.shell(web1.readCommand(Path.of("lun.raw"))) + " && sha256sum lun.raw");
    String digest = digestOver(web1, "web1.raw");
    require(digest.equals(imageDigest), "the LUN does not read as the image");
    printer.done("sha256 " + digest.substring(0, 16) + "…: the same as the image");
  }

  private void writeSecret(QemuInitiator web1) throws TourException, IOException {
    byte[] random = new byte[12];
    new SecureRandom().nextBytes(random);
    secret =
        ("web1's secret " + HexFormat.of().formatHex(random) + " ")
            .getBytes(StandardCharsets.UTF_8);
    Path pattern = scratch.resolve("secret");
    byte[] whole = new byte[4096];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = secret[i % secret.length];
    }
    Files.write(pattern, whole);
    long offset = Math.min(SECRET_OFFSET, Math.max(0, imageBytes / 2) / 4096 * 4096);
    long bytes = Math.min(SECRET_BYTES, (imageBytes - offset) / 4096 * 4096);
    List<String> command = web1.writeCommand(pattern, offset, bytes);
    printer.step("web1 writes a secret over iSCSI, and flushes", QemuInitiator.shell(command));
    Program.succeed(command);
    ByteSearch.Result search = ByteSearch.count(poolFile, secret);
    require(search.found() > 0, "what was written is not on the pool device");
    printer.done(
        bytes / 1024
            + " KiB written; the secret is on the pool device "
            + search.found()
            + " times");
  }

  private void showIsolation(QemuInitiator web2) throws TourException, IOException {
    printer.step(
        "web2's replica does not see it",
        QemuInitiator.shell(web2.readCommand(Path.of("lun.raw"))) + " && sha256sum lun.raw");
    String digest = digestOver(web2, "web2.raw");
    require(digest.equals(imageDigest), "a second replica changed");
    printer.done("sha256 " + digest.substring(0, 16) + "…: the same as the image");
  }

  private void release(QemuInitiator web1) throws TourException, ApiException {
    printer.step("Release web1: its initiator loses the LUN first", lunette + " release web1");
    api.delete("/allocations/web1");
    require(Program.run(web1.probeCommand()).status() != 0, "web1 can read after it was released");
    printer.done("RETURNED; QEMU cannot open the LUN any more");
  }

  private void scrub(String replica) throws TourException, ApiException {
    printer.step("Scrub what was returned, and read it back", lunette + " scrub run");
    api.post("/scrubs", Map.of());
    await("/replicas/" + replica, now -> !List.of("RETURNED", "SCRUBBING").contains(state(now)));
    JsonNode certificate = api.get("/replicas/" + replica + "/certificate");
    JsonNode claims = certificate.path("payload");
    require(
        claims.at("/verification/result").asText().equals("PASSED"), "the scrub was not verified");
    printer.done(
        "VERIFIED: "
            + claims.at("/sanitization/method").asText()
            + ", verification "
            + claims.at("/verification/path").asText()
            + "; the signed proof: '"
            + lunette
            + " scrub certificate "
            + replica
            + "'");
  }

  private void searchPool() throws TourException, IOException {
    printer.step(
        "Search the pool device itself for the secret",
        "grep -c \"" + new String(secret, StandardCharsets.UTF_8).strip() + "\" " + poolFile);
    ByteSearch.Result search = ByteSearch.count(poolFile, secret);
    require(
        search.found() == 0, "the secret is still on the pool device " + search.found() + " times");
    printer.done("not found in " + mib(search.searchedBytes()) + " of data");
  }

  private void showReady(String replica) throws TourException, ApiException {
    printer.step("The replica is ready for the next server", lunette + " replica list");
    JsonNode now = api.get("/replicas/" + replica);
    require("READY".equals(state(now)), replica + " is " + state(now) + ", not READY");
    printer.done(replica + " is READY");
  }

  private JsonNode await(String path, Predicate<JsonNode> reached)
      throws TourException, ApiException {
    long until = System.nanoTime() + MOST_WAIT_MILLIS * 1_000_000;
    while (true) {
      JsonNode now = api.get(path);
      if (reached.test(now)) {
        return now;
      }
      if (System.nanoTime() - until > 0) {
        throw new TourException("no end to be seen at " + path + ": " + now);
      }
      pause();
    }
  }

  private static void pause() throws TourException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TourException("interrupted", e);
    }
  }

  private static String state(JsonNode node) {
    return node.path("state").asText();
  }

  private static void require(boolean holds, String otherwise) throws TourException {
    if (!holds) {
      throw new TourException(otherwise);
    }
  }

  private static String mib(long bytes) {
    return (bytes + (1 << 19) >> 20) + " MiB";
  }
}
