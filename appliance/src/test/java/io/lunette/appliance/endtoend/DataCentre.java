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

  /** An image whose replicas are whole disks. */
  static final String WHOLE = "web";

  /** A split image: its versions differ in the shared portion, its writable one is the same. */
  static final String SPLIT = "sys";

  /** Size of the images and so of every replica. */
  static final int IMAGE_BYTES = 4 << 20;

  private static final int BLOCK = 4096;

  /** What a server holds, and what was written and flushed there. */
  record Held(
      String tenant, String image, String replica, int version, Map<Integer, String> stamps) {

    boolean isSplit() {
      return image.equals(SPLIT);
    }

    /** Where the server writes. */
    int lun() {
      return isSplit() ? 1 : 0;
    }

    /** The same with another version of the shared portion. */
    Held running(int other) {
      return new Held(tenant, image, replica, other, stamps);
    }
  }

  /** Versions of an image, and which of them is current. */
  static final class Versions {
    final List<Path> files = new ArrayList<>();
    int current;

    Path file(int version) {
      return files.get(version - 1);
    }
  }

  final Map<String, Held> held = new TreeMap<>();
  final List<String> gone = new ArrayList<>();
  final Map<String, Versions> images =
      new TreeMap<>(Map.of(WHOLE, new Versions(), SPLIT, new Versions()));

  private final Path directory;
  private final Path writable;
  private final ServedHome served;
  private final Random random;
  private int stampsMade;

  DataCentre(Path directory, ServedHome served, Random random) throws Exception {
    this.directory = directory;
    this.served = served;
    this.random = random;
    this.writable = Files.write(directory.resolve("writable.raw"), content());
  }

  static String iqn(String server) {
    return "iqn.2026-11.test:" + server;
  }

  private byte[] content() {
    byte[] content = new byte[IMAGE_BYTES];
    random.nextBytes(content);
    return content;
  }

  /** Makes the next version of an image and publishes it. */
  void upgrade(String image) throws Exception {
    Versions versions = images.get(image);
    Path file = directory.resolve(image + (versions.files.size() + 1) + ".raw");
    versions.files.add(Files.write(file, content()));
    JsonNode made =
        image.equals(SPLIT)
            ? served.call(
                "image",
                "import",
                image,
                "--shared",
                file.toString(),
                "--writable",
                writable.toString())
            : served.call("image", "import", image, file.toString());
    versions.current = versions.files.size();
    assertThat(made.findValue("version").asInt()).isEqualTo(versions.current);
  }

  /** Makes a version current again. */
  void publish(String image, int version) throws Exception {
    served.call("image", "publish", image + ":" + version);
    images.get(image).current = version;
  }

  /** Takes note of what the server was given, and looks whether it holds the image and no more. */
  void given(String server, JsonNode allocation) throws Exception {
    Held now =
        new Held(
            allocation.path("tenant").asText(),
            allocation.path("image").asText(),
            allocation.path("replica").asText(),
            allocation.path("imageVersion").asInt(),
            new TreeMap<>());
    for (Held other : held.values()) {
      assertThat(other.replica()).isNotEqualTo(now.replica());
    }
    held.put(server, now);
    Path image = now.isSplit() ? writable : images.get(now.image()).file(now.version());
    assertThat(Files.mismatch(image, read(server, now.lun())))
        .as("%s on %s reads as version %d", now.replica(), server, now.version())
        .isEqualTo(-1);
    checkContent(server);
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
      Path file = Files.write(directory.resolve("stamp" + stampsMade), block(stamp));
      commands.add("write -s " + file + " " + (long) block * BLOCK + " " + BLOCK);
      String overwritten = now.stamps().put(block, stamp);
      if (overwritten != null) {
        gone.add(overwritten);
      }
    }
    commands.add("flush");
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(iqn(server), now.lun()), commands));
  }

  /** Whatever was flushed is there, and of a split image the portion of the right version. */
  void checkContent(String server) throws Exception {
    Held now = held.get(server);
    byte[] content = Files.readAllBytes(read(server, now.lun()));
    now.stamps()
        .forEach(
            (block, stamp) ->
                assertThat(Arrays.copyOfRange(content, block * BLOCK, (block + 1) * BLOCK))
                    .as(stamp)
                    .isEqualTo(block(stamp)));
    if (now.isSplit()) {
      assertThat(Files.mismatch(images.get(SPLIT).file(now.version()), read(server, 0)))
          .as("%s reads the portion of version %d", server, now.version())
          .isEqualTo(-1);
    }
  }

  /** Each initiator sees what it should, and nothing else. */
  void checkMasks(List<String> servers) throws Exception {
    for (String server : servers) {
      String seen =
          ForeignTool.run("iscsi-ls", "-s", "-i", iqn(server), "iscsi://" + served.portal())
              .output();
      Held now = held.get(server);
      int units = now == null ? 0 : now.lun() + 1;
      assertThat(seen.lines().filter(line -> line.contains("Lun:")))
          .as(server + " sees " + seen)
          .hasSize(units);
    }
  }

  private Path read(String server, int lun) throws Exception {
    Path file = directory.resolve("content" + lun + ".raw");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "--image-opts",
        "-O",
        "raw",
        served.image(iqn(server), lun),
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
