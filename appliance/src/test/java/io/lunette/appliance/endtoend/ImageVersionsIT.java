/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions of an image from the command line, read back by QEMU's initiator. */
class ImageVersionsIT {

  private static final String ALICE = "iqn.2026-11.test:alice";
  private static final String BOB = "iqn.2026-11.test:bob";
  private static final int SIZE = 8 << 20;

  @TempDir Path directory;
  private Path first;
  private Path second;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    first = file("first.raw", 1);
    second = file("second.raw", 2);
    served = new ServedHome(directory).start();
    served.call("image", "import", "web", first.toString(), "--label", "build=1");
    served.call("pool", "set", "web", "--ready", "2");
    served.call("server", "add", "a", "--iqn", ALICE);
    served.call("server", "add", "b", "--iqn", BOB);
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private Path file(String name, long seed) throws Exception {
    Path made = directory.resolve(name);
    byte[] some = new byte[1 << 20];
    new Random(seed).nextBytes(some);
    try (RandomAccessFile file = new RandomAccessFile(made.toFile(), "rw")) {
      file.seek(2 << 20);
      file.write(some);
      file.setLength(SIZE);
    }
    return made;
  }

  private JsonNode allocate(String server) throws Exception {
    return served.call("allocate", server, "--tenant", "acme", "--image", "web");
  }

  /** How many replicas of a version wait for a server; those of the former may still be there. */
  private int ready(int version) throws Exception {
    int count = 0;
    for (JsonNode replica : served.call("replica", "list", "--state", "READY")) {
      count += replica.path("imageVersion").asInt() == version ? 1 : 0;
    }
    return count;
  }

  private long seenByteOfDifference(String initiator, Path file) throws Exception {
    Path seen = Files.createTempFile(directory, "seen", ".raw");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "--image-opts",
        "-O",
        "raw",
        served.image(initiator, 0),
        seen.toString());
    return Files.mismatch(file, seen);
  }

  @Test
  @Tag("WA-3")
  @Tag("WA-12")
  void newVersionReachesNewAllocationsAndOldOnesKeepTheirs() throws Exception {
    assertThat(allocate("a").path("imageVersion").asInt()).isEqualTo(1);

    JsonNode imported =
        served.call("image", "import", "web", second.toString(), "--stage", "--label", "build=2");
    assertThat(imported.path("version").asInt()).isEqualTo(2);
    assertThat(imported.path("current").asBoolean()).isFalse();
    served.call("image", "publish", "web:2");
    assertThat(served.stop()).isZero();
    served.start();
    Eventually.holds(() -> ready(2) == 2);
    assertThat(allocate("b").path("imageVersion").asInt()).isEqualTo(2);

    assertThat(seenByteOfDifference(ALICE, first)).isEqualTo(-1);
    assertThat(seenByteOfDifference(BOB, second)).isEqualTo(-1);
    assertThat(served.call("image", "list", "--label", "build=2")).hasSize(1);

    served.call("image", "retire", "web:1");
    assertThat(served.call("image", "show", "web:1").path("state").asText()).isEqualTo("RETIRED");
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 0), List.of("write -P 0xb7 1M 1M", "flush")));
    Path pool = served.home.resolve("pool.lunette");
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isTrue();
    served.call("release", "a");
    Eventually.holds(() -> served.call("image", "list").size() == 1);
    Eventually.holds(() -> served.call("status").at("/space/dirtyBytes").asLong() == 0);
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isFalse();
    assertThat(seenByteOfDifference(BOB, second)).isEqualTo(-1);
  }

  @Test
  void importOfTheSameContentIsSaidToBeUnchanged() throws Exception {
    ServedHome.Outcome again = served.run("image", "import", "web", first.toString());

    assertThat(again.status()).isZero();
    assertThat(again.err()).contains("unchanged: web:1 holds the same");
    assertThat(served.call("image", "list")).hasSize(1);
  }

  @Test
  void exportedVersionsHoldWhatWasImportedAndTakeNoSpaceForHoles() throws Exception {
    served.call("image", "import", "web", second.toString());
    Path raw = directory.resolve("exported.raw");
    Path qcow2 = directory.resolve("exported.qcow2");

    served.call("image", "export", "web:1", raw.toString());
    served.call("image", "export", "web", qcow2.toString(), "--format", "qcow2");

    assertThat(Files.mismatch(first, raw)).isEqualTo(-1);
    assertThat(Files.size(qcow2)).isLessThan(3 << 20);
    assertThat(
            ForeignTool.succeed(
                "qemu-img",
                "compare",
                "-f",
                "raw",
                "-F",
                "qcow2",
                second.toString(),
                qcow2.toString()))
        .contains("Images are identical.");
    ServedHome.Outcome twice = served.run("image", "export", "web", raw.toString());
    assertThat(twice.status()).isEqualTo(1);
    assertThat(twice.err()).contains("exists");
  }
}
