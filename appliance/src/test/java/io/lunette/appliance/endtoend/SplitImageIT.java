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

/** Split images as foreign initiators see them; disks are partitioned and read by sfdisk. */
class SplitImageIT {

  private static final String ALICE = "iqn.2026-11.test:alice";
  private static final String BOB = "iqn.2026-11.test:bob";
  private static final int DISK_SECTORS = 65536;
  private static final int SYSTEM_SECTOR = 2048;
  private static final int STATE_SECTOR = 32768;
  private static final int STATE_SECTORS = 16384;

  @TempDir Path directory;
  private Path disk;
  private byte[] system;
  private byte[] state;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    system = random(1, 1 << 20);
    state = random(2, 1 << 20);
    disk = directory.resolve("disk.raw");
    served = new ServedHome(directory).start();
    served.call("server", "add", "a", "--iqn", ALICE);
    served.call("server", "add", "b", "--iqn", BOB);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** A disk with a system partition and a state partition behind it. */
  private void partition(String label) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(DISK_SECTORS * 512L);
      file.seek(SYSTEM_SECTOR * 512L);
      file.write(system);
      file.seek(STATE_SECTOR * 512L);
      file.write(state);
    }
    Path script =
        Files.writeString(
            directory.resolve("table"),
            "label: "
                + label
                + "\nstart="
                + SYSTEM_SECTOR
                + ", size=20000, bootable\nstart="
                + STATE_SECTOR
                + ", size="
                + STATE_SECTORS
                + "\n");
    ForeignTool.succeed("sh", "-c", "PATH=$PATH:/usr/sbin sfdisk -q " + disk + " < " + script);
  }

  private JsonNode allocate(String server) throws Exception {
    return served.call("allocate", server, "--tenant", "acme", "--image", "split");
  }

  private void stock() throws Exception {
    served.call("pool", "set", "split", "--ready", "2");
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
  }

  private Path content(String initiator, int lun) throws Exception {
    Path file = Files.createTempFile(directory, "content", ".raw");
    ForeignTool.succeed(
        "qemu-img",
        "convert",
        "--image-opts",
        "-O",
        "raw",
        served.image(initiator, lun),
        file.toString());
    return file;
  }

  private static byte[] part(Path file, long sector, int length) throws Exception {
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[length];
      content.seek(sector * 512);
      content.readFully(bytes);
      return bytes;
    }
  }

  private static String table(Path file) throws Exception {
    return ForeignTool.succeed("sh", "-c", "PATH=$PATH:/usr/sbin sfdisk -d " + file + " 2>&1");
  }

  private void checkSplit(String label) throws Exception {
    partition(label);
    JsonNode image = served.call("image", "import", "split", disk.toString(), "--split-at", "2");
    stock();
    assertThat(image.at("/shared/sizeBytes").asLong()).isGreaterThan(STATE_SECTOR * 512L - 1);

    JsonNode allocation = allocate("a");

    assertThat(allocation.path("lun").asInt()).isEqualTo(1);
    assertThat(allocation.at("/luns/0/role").asText()).isEqualTo("SHARED");
    assertThat(allocation.at("/luns/0/access").asText()).isEqualTo("read-only");
    assertThat(allocation.at("/luns/0/boot").asBoolean()).isTrue();
    Path shared = content(ALICE, 0);
    assertThat(part(shared, SYSTEM_SECTOR, system.length)).isEqualTo(system);
    assertThat(table(shared))
        .contains("start=        2048, size=       20000")
        .doesNotContain("start=       32768")
        .doesNotContain("orrupt");
    Path writable = content(ALICE, 1);
    assertThat(Files.size(writable)).isEqualTo(STATE_SECTORS * 512L);
    assertThat(part(writable, 0, state.length)).isEqualTo(state);
  }

  @Test
  @Tag("CH-12")
  void diskWithGptIsSplitAtItsLastPartition() throws Exception {
    checkSplit("gpt");
  }

  @Test
  @Tag("CH-12")
  void diskWithMbrIsSplitAtItsLastPartition() throws Exception {
    checkSplit("dos");
  }

  @Test
  @Tag("CH-13")
  @Tag("CH-14")
  @Tag("CH-15")
  @Tag("CH-16")
  @Tag("HA-3")
  void portionIsSharedAndNeverWrittenAndOnlyWritableVolumesAreScrubbed() throws Exception {
    Path shared = Files.write(directory.resolve("shared.raw"), system);
    Path writable = Files.write(directory.resolve("writable.raw"), state);
    served.call(
        "image",
        "import",
        "split",
        "--shared",
        shared.toString(),
        "--writable",
        writable.toString());
    stock();
    JsonNode first = allocate("a");
    allocate("b");

    ForeignTool refused =
        ForeignTool.run(ForeignTool.qemuIo(served.image(ALICE, 0), List.of("write -P 1 0 4k")));
    assertThat(refused.output()).contains("write protected");
    assertThat(Files.mismatch(shared, content(BOB, 0))).isEqualTo(-1);
    ForeignTool.succeed(
        ForeignTool.qemuIo(served.image(ALICE, 1), List.of("write -P 0xb7 64k 256k", "flush")));
    assertThat(Files.mismatch(writable, content(BOB, 1))).isEqualTo(-1);
    byte[] trace = Bytes.block(0xb7);
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), trace)).isTrue();
    served.stop();
    served.start();
    assertThat(Files.mismatch(shared, content(ALICE, 0))).isEqualTo(-1);

    served.call("release", "a");

    String portal = "iscsi://" + served.portal();
    assertThat(ForeignTool.run("iscsi-ls", "-s", "-i", ALICE, portal).output())
        .doesNotContain("Lun:");
    assertThat(Files.mismatch(shared, content(BOB, 0))).isEqualTo(-1);
    served.call("scrub", "run");
    Eventually.holds(() -> Replicas.in(served, "READY") == 3);
    JsonNode certificate = served.call("scrub", "certificate", first.path("replica").asText());
    assertThat(certificate.at("/payload/erasedBytes").asLong()).isLessThan(system.length);
    assertThat(Bytes.occurIn(served.home.resolve("pool.lunette"), trace)).isFalse();
    assertThat(Files.mismatch(shared, content(BOB, 0))).isEqualTo(-1);
  }

  @Test
  void diskThatCannotBeSplitIsRefusedInOneLine() throws Exception {
    partition("gpt");

    ServedHome.Outcome first =
        served.run("image", "import", "split", disk.toString(), "--split-at", "1");
    ServedHome.Outcome none =
        served.run("image", "import", "split", disk.toString(), "--split-at", "3");
    ServedHome.Outcome wrong = served.run("image", "import", "split", "--shared", disk.toString());

    assertThat(first.status()).isEqualTo(1);
    assertThat(first.err()).contains("partition 2 ends behind the start of partition 1");
    assertThat(none.err()).contains("there is no partition 3");
    assertThat(wrong.status()).isEqualTo(2);
  }
}
