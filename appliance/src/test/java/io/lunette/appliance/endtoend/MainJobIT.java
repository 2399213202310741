/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a running appliance, with the initiators of libiscsi and QEMU. */
class MainJobIT {

  private static final String ALICE = "iqn.2026-11.test:alice";
  private static final String BOB = "iqn.2026-11.test:bob";
  private static final int SIZE = 32 << 20;

  @TempDir Path directory;
  private Path image;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    image = file("image.raw", 1);
    served = new ServedHome(directory).start();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private Path file(String name, long seed) throws Exception {
    Path made = directory.resolve(name);
    byte[] some = new byte[3 << 20];
    new Random(seed).nextBytes(some);
    try (RandomAccessFile file = new RandomAccessFile(made.toFile(), "rw")) {
      file.seek(1 << 20);
      file.write(some);
      file.seek(SIZE - 4096);
      file.write(some, 0, 4096);
    }
    return made;
  }

  private void stock() throws Exception {
    served.call("image", "import", "web", image.toString());
    served.call("pool", "set", "web", "--ready", "3");
    served.call("server", "add", "a", "--iqn", ALICE);
    served.call("server", "add", "b", "--iqn", BOB);
    Eventually.holds(() -> Replicas.in(served, "READY") == 3);
  }

  private JsonNode allocate(String server) throws Exception {
    return served.call("allocate", server, "--tenant", "acme", "--image", "web");
  }

  private void convert(String options, Path file) throws Exception {
    ForeignTool.succeed(
        "qemu-img", "convert", "--image-opts", "-O", "raw", options, file.toString());
  }

  private Path content(String initiator) throws Exception {
    Path file = Files.createTempFile(directory, "content", ".raw");
    convert(served.image(initiator, 0), file);
    return file;
  }

  @Test
  @Tag("CH-9")
  @Tag("CH-11")
  @Tag("WA-6")
  @Tag("HA-2")
  void whatOneReplicaTakesSurvivesARestartAndTouchesNothingElse() throws Exception {
    stock();
    JsonNode first = allocate("a");
    allocate("b");
    assertThat(first.path("url").asText()).isEqualTo(served.url(0));
    assertThat(first.path("state").asText()).isEqualTo("ALLOCATED");
    assertThat(Files.mismatch(image, content(ALICE))).isEqualTo(-1);

    Path written = file("written.raw", 2);
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "-n",
        "--target-image-opts",
        "-f",
        "raw",
        written.toString(),
        served.image(ALICE, 0));
    assertThat(served.stop()).isZero();
    served.start();

    assertThat(Files.mismatch(written, content(ALICE))).isEqualTo(-1);
    assertThat(Files.mismatch(image, content(BOB))).isEqualTo(-1);
    Path exported = directory.resolve("exported.raw");
    served.call("volume", "export", "image-web", exported.toString());
    assertThat(Files.mismatch(image, exported)).isEqualTo(-1);
    assertThat(allocate("a").path("replica").asText()).isEqualTo(first.path("replica").asText());
  }

  @Test
  @Tag("CH-11")
  @Tag("CH-17")
  @Tag("WA-7")
  @Tag("WA-8")
  void anInitiatorSeesWhatItWasGivenUntilItIsTakenBack() throws Exception {
    stock();
    allocate("a");
    String portal = "iscsi://" + served.portal();

    assertThat(ForeignTool.succeed("iscsi-ls", "-s", "-i", ALICE, portal))
        .contains("Target:" + served.target())
        .contains("Lun:0 ");
    assertThat(ForeignTool.succeed("iscsi-inq", "-i", ALICE, served.url(0))).contains("LUNETTE");
    assertThat(ForeignTool.succeed("iscsi-readcapacity16", "-i", ALICE, served.url(0)))
        .contains("Total size:" + SIZE);
    assertThat(ForeignTool.run("iscsi-ls", "-s", "-i", BOB, portal).output())
        .doesNotContain("Lun:");
    assertThat(ForeignTool.run("iscsi-inq", "-i", BOB, served.url(0)).output())
        .doesNotContain("LUNETTE");

    served.call("release", "a");

    assertThat(ForeignTool.run("iscsi-ls", "-s", "-i", ALICE, portal).output())
        .doesNotContain("Lun:");
  }

  @Test
  void aServerWithASecretHasToKnowIt() throws Exception {
    stock();
    Path secret = Files.writeString(directory.resolve("secret"), "alice-secret-1\n");
    served.call("server", "remove", "a");
    served.call(
        "server",
        "add",
        "a",
        "--iqn",
        ALICE,
        "--chap-user",
        "alice",
        "--chap-secret-file",
        secret.toString());
    allocate("a");

    assertThat(login("alice%alice-secret-1@").output()).contains("LUNETTE");
    assertThat(login("alice%wrong-secret-1@").output()).contains("Authentication failure");
    assertThat(login("").output()).contains("Authentication failure");

    served.stop();
    served.start();
    assertThat(login("alice%alice-secret-1@").output()).contains("LUNETTE");
    assertThat(login("alice%wrong-secret-1@").output()).contains("Authentication failure");
  }

  private ForeignTool login(String credentials) throws Exception {
    return ForeignTool.run(
        "iscsi-inq",
        "-i",
        ALICE,
        "iscsi://" + credentials + served.portal() + "/" + served.target() + "/0");
  }

  @Test
  @Tag("CH-5")
  @Tag("CH-6")
  void nothingOfWhatATenantWroteIsLeftAfterTheScrub() throws Exception {
    stock();
    String replica = allocate("a").path("replica").asText();
    ForeignTool.succeed(
        ForeignTool.qemuIo(
            served.image(ALICE, 0),
            List.of("write -P 0xb7 1M 8M", "write -P 0xb7 20M 68k", "discard 2M 1M", "flush")));
    byte[] trace = new byte[4096];
    Arrays.fill(trace, (byte) 0xb7);
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), trace)).isTrue();

    served.call("release", "a");
    assertThat(served.call("scrub", "run").path("started").asInt()).isEqualTo(1);
    Eventually.holds(() -> Replicas.in(served, "READY") == 4);

    JsonNode certificate = served.call("scrub", "certificate", replica);
    assertThat(certificate.at("/payload/verification/result").asText()).isEqualTo("PASSED");
    assertThat(certificate.at("/payload/erasedBytes").asLong()).isGreaterThanOrEqualTo(8 << 20);
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), trace)).isFalse();
    Eventually.holds(() -> served.call("status").at("/space/dirtyBytes").asLong() == 0);
  }

  @Test
  void aQcow2ImageIsTheSameImage() throws Exception {
    Path qcow2 = directory.resolve("image.qcow2");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "-f",
        "raw",
        "-O",
        "qcow2",
        "-c",
        image.toString(),
        qcow2.toString());

    JsonNode raw = served.call("image", "import", "raw", image.toString());
    JsonNode converted =
        served.call("image", "import", "web", qcow2.toString(), "--format", "qcow2");

    assertThat(converted.path("sha256")).isEqualTo(raw.path("sha256"));
    assertThat(served.call("status").at("/space/ownedBytes").asLong()).isLessThan(8 << 20);
    assertThat(served.stop()).isZero();
    try (EngineVolumeDriver pool =
        EngineVolumeDriver.open(served.home.resolve("pool.lunette"), Clock.systemUTC())) {
      assertThat(pool.find(new VolumeName("image-web"))).isPresent();
    }
  }

  @Test
  @Tag("WA-6")
  @Tag("HA-5")
  void aThousandReplicasTakeAFewMebibytesAndTheLastIsTheImage() throws Exception {
    served.call("image", "import", "web", image.toString());
    long before = served.call("status").at("/space/cleanBytes").asLong();
    served.call("pool", "set", "web", "--ready", "1000");
    Eventually.holds(() -> Replicas.in(served, "READY") == 1000);
    long after = served.call("status").at("/space/cleanBytes").asLong();

    assertThat(before - after).isLessThan(16L << 20);
    served.call("server", "add", "a", "--iqn", ALICE);
    allocate("a");
    assertThat(Files.mismatch(image, content(ALICE))).isEqualTo(-1);
  }

  @Test
  void whatHoldsSecretsIsForItsOwnerAlone() throws Exception {
    for (String file :
        new String[] {
          "pool.lunette", "catalog.db", "catalog.db-wal", "token", "certificate-key.pem"
        }) {
      Path secret = served.home.resolve(file);
      if (Files.exists(secret)) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
            .as(file)
            .isEqualTo("rw-------");
      }
    }
    assertThat(served.home.resolve("pool.lunette")).exists();
    assertThat(served.home.resolve("catalog.db")).exists();
  }

  @Test
  void aPoolThatFillsUpRefusesTheWriteAndGoesOn() throws Exception {
    served.call("server", "add", "a", "--iqn", ALICE);
    served.call("volume", "create", "large", "--size", "2G");
    served.call("volume", "map", "large", "--server", "a");

    ForeignTool overfull =
        ForeignTool.run(
            ForeignTool.qemuIo(
                served.image(ALICE, 0),
                List.of("write -P 7 0 16M", "flush", "write -P 8 16M 1400M", "read -P 7 0 16M")));

    assertThat(overfull.output()).contains("No space left on device").contains("read 16777216");
    ForeignTool.succeed(
        ForeignTool.qemuIo(
            served.image(ALICE, 0),
            List.of("write -P 9 0 1M", "flush", "read -P 9 0 1M", "discard 16M 1400M")));
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 0), List.of("read -P 0 16M 16M", "flush")));
  }
}
