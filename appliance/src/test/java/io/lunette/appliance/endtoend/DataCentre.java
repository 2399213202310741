/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Servers, tenants and images of a day, what each server should have, and what each tenant wrote.
 * Every stamp is a block of a text that occurs nowhere else, so that it can be looked for on the
 * raw device. For one thread.
 */
final class DataCentre {

  /** Size of the images and so of every replica. */
  static final int IMAGE_BYTES = 4 << 20;

  private static final int BLOCK = 4096;

  /** What a server holds, and what was written and flushed there. */
  record Held(String tenant, String replica, int version, Map<Integer, String> stamps) {}

  final Map<String, Held> held = new TreeMap<>();
  final List<String> gone = new ArrayList<>();
  final List<Path> versions = new ArrayList<>();
  int current;

  private final Path directory;
  private final ServedHome served;
  private final Random random;
  private int stampsMade;

  DataCentre(Path directory, ServedHome served, Random random) {
    this.directory = directory;
    this.served = served;
    this.random = random;
  }

  static String iqn(String server) {
    return "iqn.2026-11.test:" + server;
  }

  /** Makes the next version of the image and publishes it. */
  void upgrade() throws Exception {
    byte[] content = new byte[IMAGE_BYTES];
    random.nextBytes(content);
    versions.add(
        Files.write(directory.resolve("version" + (versions.size() + 1) + ".raw"), content));
    JsonNode made =
        served.call("image", "import", "web", versions.get(versions.size() - 1).toString());
    current = versions.size();
    assertThat(made.findValue("version").asInt()).isEqualTo(current);
  }

  /** Takes note of what the server was given, and looks whether it holds the image and no more. */
  void given(String server, String tenant, JsonNode allocation) throws Exception {
    int version = allocation.path("imageVersion").asInt();
    Held now = new Held(tenant, allocation.path("replica").asText(), version, new TreeMap<>());
    for (Held other : held.values()) {
      assertThat(other.replica()).isNotEqualTo(now.replica());
    }
    held.put(server, now);
    assertThat(Files.mismatch(versions.get(version - 1), content(server)))
        .as("%s on %s reads as version %d", now.replica(), server, version)
        .isEqualTo(-1);
  }

  /** The server has it no more; whatever was written there must go. */
  void taken(String server) {
    Held before = held.remove(server);
    if (before != null) {
      gone.addAll(before.stamps().values());
    }
  }

  /** Writes and flushes a few stamps as the server does. */
  void write(String server) throws Exception {
    Held now = held.get(server);
    List<String> commands = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int block = random.nextInt(IMAGE_BYTES / BLOCK);
      String stamp = "tenant " + now.tenant() + " stamp " + stampsMade++ + " " + UUID.randomUUID();
      Path file = Files.write(directory.resolve("stamp"), block(stamp));
      Path kept = Files.copy(file, directory.resolve("stamp" + stampsMade));
      Files.delete(file);
      commands.add("write -s " + kept + " " + (long) block * BLOCK + " " + BLOCK);
      String overwritten = now.stamps().put(block, stamp);
      if (overwritten != null) {
        gone.add(overwritten);
      }
    }
    commands.add("flush");
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(iqn(server), 0), commands));
  }

  /** Whatever was flushed is there. */
  void checkContent(String server) throws Exception {
    byte[] content = Files.readAllBytes(content(server));
    held.get(server)
        .stamps()
        .forEach(
            (block, stamp) ->
                assertThat(Arrays.copyOfRange(content, block * BLOCK, (block + 1) * BLOCK))
                    .as(stamp)
                    .isEqualTo(block(stamp)));
  }

  /** Each initiator sees what it should, and nothing else. */
  void checkMasks(List<String> servers) throws Exception {
    for (String server : servers) {
      String seen =
          ForeignTool.run("iscsi-ls", "-s", "-i", iqn(server), "iscsi://" + served.portal())
              .output();
      if (held.containsKey(server)) {
        assertThat(seen.lines().filter(line -> line.contains("Lun:"))).as(server).hasSize(1);
      } else {
        assertThat(seen).as(server).doesNotContain("Lun:");
      }
    }
  }

  private Path content(String server) throws Exception {
    Path file = directory.resolve("content.raw");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "--image-opts",
        "-O",
        "raw",
        served.image(iqn(server), 0),
        file.toString());
    return file;
  }

  static byte[] block(String stamp) {
    byte[] text = (stamp + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] block = new byte[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      block[i] = text[i % text.length];
    }
    return block;
  }
}
