/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code qemu-img} and {@code qemu-io} on LUNs with logical blocks of 512 bytes. */
class QemuToolsIT {

  private static final String INITIATOR = "iqn.2026-11.test:tools";
  private static final long MIB = 1 << 20;
  private static final long SIZE = 64 * MIB;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path directory;
  private static ServedHome served;
  private static Path file;

  /** A run of bytes that is not known to be zero. */
  private record Data(long start, long length) {}

  /** What the file holds; the rest of it is a hole. */
  private static final List<Data> CONTENT =
      List.of(new Data(MIB, 8 * MIB), new Data(SIZE - 4096, 4096));

  @BeforeAll
  static void start() throws Exception {
    served = new ServedHome(directory).start();
    served.call("server", "add", "tools", "--iqn", INITIATOR);
    file = directory.resolve("file.raw");
    byte[] some = new byte[(int) (8 * MIB)];
    new Random(3).nextBytes(some);
    try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
      for (Data data : CONTENT) {
        made.seek(data.start);
        made.write(some, 0, (int) data.length);
      }
    }
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  /** QEMU's options for a new volume of that name. */
  private static String lun(String name) throws Exception {
    served.call("volume", "create", name, "--size", "64M");
    return served.image(
        INITIATOR, served.call("volume", "map", name, "--server", "tools").path("lun").asInt());
  }

  private static String fileOptions() {
    return "driver=raw,file.driver=file,file.filename=" + file;
  }

  private static void copy(String from, String to, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("qemu-img", "convert", "-n"));
    words.addAll(List.of(more));
    words.addAll(List.of("--image-opts", "--target-image-opts", from, to));
    ForeignTool.succeed(words.toArray(String[]::new));
  }

  private static ForeignTool compare(String one, String other) throws Exception {
    return ForeignTool.run("qemu-img", "compare", "--image-opts", one, other);
  }

  /** What QEMU finds not to be a hole, by GET LBA STATUS. */
  private static List<Data> data(String options) throws Exception {
    List<Data> found = new ArrayList<>();
    for (JsonNode run :
        JSON.readTree(
            ForeignTool.succeed("qemu-img", "map", "--output=json", "--image-opts", options))) {
      if (run.path("data").asBoolean()) {
        found.add(new Data(run.path("start").asLong(), run.path("length").asLong()));
      }
    }
    return found;
  }

  private static void io(String options, String... commands) throws Exception {
    ForeignTool.succeed(ForeignTool.qemuIo(options, List.of(commands)));
  }

  private static long allocated(String volume) throws Exception {
    for (JsonNode listed : served.call("volume", "list")) {
      if (listed.path("name").asText().equals(volume)) {
        return listed.path("allocatedBytes").asLong();
      }
    }
    throw new AssertionError("no volume " + volume);
  }

  private static JsonNode space() throws Exception {
    return served.call("status").path("space");
  }

  @Test
  void aConvertedFileIsIdenticalHolesIncluded() throws Exception {
    String lun = lun("converted");

    copy(fileOptions(), lun);

    assertThat(compare(fileOptions(), lun).output()).contains("Images are identical");
    assertThat(data(lun)).isEqualTo(CONTENT);
    assertThat(allocated("converted")).isEqualTo(8 * MIB + 65_536);
  }

  @Test
  void aVolumeBecomesAQcow2FileAndIsMadeOfOneHolesIncluded() throws Exception {
    String lun = lun("exported");
    copy(fileOptions(), lun);
    Path qcow2 = directory.resolve("volume.qcow2");

    ForeignTool.succeed(
        "qemu-img", "convert", "--image-opts", "-O", "qcow2", lun, qcow2.toString());
    String imported = lun("imported");
    copy("driver=qcow2,file.driver=file,file.filename=" + qcow2, imported);

    assertThat(Files.size(qcow2)).isLessThan(9 * MIB);
    assertThat(compare(fileOptions(), imported).output()).contains("Images are identical");
    assertThat(allocated("imported")).isEqualTo(8 * MIB + 65_536);
  }

  @Test
  void aDifferenceInOneBlockIsFound() throws Exception {
    String lun = lun("different");
    copy(fileOptions(), lun);

    io(lun, "write -P 0 " + (2 * MIB + 512) + " 512", "flush");

    ForeignTool compared = compare(fileOptions(), lun);
    assertThat(compared.status()).isEqualTo(1);
    assertThat(compared.output()).contains("Content mismatch at offset " + (2 * MIB + 512));
  }

  @Test
  void aLunIsCopiedOntoAnother() throws Exception {
    String from = lun("source");
    String plain = lun("plain");
    String offloaded = lun("offloaded");
    copy(fileOptions(), from);

    copy(from, plain);
    copy(from, offloaded, "-C");

    assertThat(compare(fileOptions(), plain).output()).contains("Images are identical");
    assertThat(compare(fileOptions(), offloaded).output()).contains("Images are identical");
  }

  @Test
  void whatIsDiscardedOrZeroedReadsAsZeroesAndItsSpaceComesBack() throws Exception {
    String lun = lun("thin");
    io(lun, "write -P 0x5a 0 48M", "flush");
    assertThat(allocated("thin")).isEqualTo(48 * MIB);
    long clean = space().path("cleanBytes").asLong();

    io(lun, "discard 1M 16M", "write -z -u 20M 8M", "write -z 30M 1M", "flush");

    io(
        lun,
        "read -P 0x5a 0 1M",
        "read -P 0 1M 16M",
        "read -P 0x5a 17M 3M",
        "read -P 0 20M 8M",
        "read -P 0x5a 28M 2M",
        "read -P 0 30M 1M",
        "read -P 0x5a 31M 17M");
    assertThat(allocated("thin")).isEqualTo(24 * MIB);
    assertThat(data(lun))
        .containsExactly(
            new Data(0, MIB), new Data(17 * MIB, 3 * MIB), new Data(28 * MIB, 20 * MIB));
    Eventually.holds(() -> space().path("cleanBytes").asLong() > clean + 20 * MIB);
  }

  @Test
  void oneLogicalBlockIsWrittenAndZeroedAlone() throws Exception {
    String lun = lun("single");

    io(
        lun,
        "write -P 1 0 8k",
        "write -P 2 512 512",
        "write -z 1024 512",
        "write -z -u 4608 512",
        "write -P 3 67108352 512",
        "flush");

    io(
        lun,
        "read -P 1 0 512",
        "read -P 2 512 512",
        "read -P 0 1024 512",
        "read -P 1 1536 3072",
        "read -P 0 4608 512",
        "read -P 1 5120 3072",
        "read -P 0 67107840 512",
        "read -P 3 67108352 512");
  }
}
