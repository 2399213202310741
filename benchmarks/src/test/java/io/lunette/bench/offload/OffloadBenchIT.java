/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.cli.Lunette;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.RawSearch;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.iscsi.target.IscsiTarget;
import io.lunette.iscsi.target.LogicalUnitSpec;
import io.lunette.iscsi.target.TargetConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench scsi-offload} against our own target, on volumes of a real pool. */
class OffloadBenchIT {

  private static final String IQN = "iqn.2026-11.io.lunette.test:offload";
  private static final long SIZE = 8 << 20;

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<BlockDevice> devices = new ArrayList<>();
  private EngineVolumeDriver driver;
  private IscsiTarget target;

  @BeforeEach
  void serve() throws Exception {
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, 256L << 20);
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
    target =
        IscsiTarget.start(
            TargetConfig.of(IQN, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
  }

  @AfterEach
  void close() throws Exception {
    target.close();
    devices.forEach(BlockDevice::close);
    driver.close();
  }

  private BlockDevice volume(String name) throws Exception {
    VolumeName volume = new VolumeName(name);
    driver.create(volume, SIZE);
    BlockDevice device = driver.open(volume, AccessMode.READ_WRITE);
    devices.add(device);
    return device;
  }

  private String map(int lun, BlockDevice device) throws Exception {
    target.mapForAll(lun, new LogicalUnitSpec(device, UUID.randomUUID(), AccessMode.READ_WRITE));
    return "iscsi://127.0.0.1:" + target.portal().getPort() + "/" + IQN + "/" + lun;
  }

  private int run(String line) {
    return Lunette.run(
        Map.of("HOME", directory.toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        line.split(" "));
  }

  private static JsonNode row(JsonNode rows, String work) {
    for (JsonNode row : rows) {
      if (row.path("work").asText().equals(work)) {
        return row;
      }
    }
    throw new AssertionError("no row " + work);
  }

  @Test
  void everythingThatTheTargetHasIsDoneReadBackAndHeldAgainstTheInitiator() throws Exception {
    Path kept = directory.resolve("figures.json");
    BlockDevice first = volume("first");
    byte[] written = new byte[256 << 10];
    Arrays.fill(written, (byte) 0xb7);
    ByteBuffer direct = ByteBuffer.allocateDirect(written.length).put(written).flip();
    BlockingIo.write(first, 0, direct, Durability.DURABLE);
    BlockingIo.discard(first, 0, 64 << 10);
    assertThat(RawSearch.blocksOf(written, directory.resolve("pool"))).isPositive();

    int status =
        run(
            "bench scsi-offload a=%s --copy-to %s --destroy-data --rounds 2 --json %s"
                .formatted(map(0, first), map(1, volume("second")), kept));

    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    JsonNode rows = new ObjectMapper().readTree(kept.toFile());
    for (JsonNode row : rows) {
      String work = row.path("work").asText();
      if (work.equals("erase: SANITIZE, cryptographic erase")) {
        assertThat(row.path("skipped").asText()).contains("reports that it has no SANITIZE");
      } else {
        assertThat(row.path("seconds")).as(work).hasSize(2);
        assertThat(row.path("sound").asBoolean()).as(work).isTrue();
      }
    }
    assertThat(row(rows, "copy: EXTENDED COPY to a second unit").path("readBack").asText())
        .isEqualTo("as the source");
    assertThat(row(rows, "erase: SANITIZE, overwrite").path("readBack").asText())
        .isEqualTo("the pattern");
    assertThat(RawSearch.blocksOf(written, directory.resolve("pool"))).isZero();
    assertThat(row(rows, "unmap: UNMAP").path("readBack").asText()).isEqualTo("zeroes");
    assertThat(row(rows, "zero: WRITE SAME(16)").path("overInitiator").path("median").asDouble())
        .isPositive();
  }

  @Test
  void twoTargetsAreComparedWorkByWork() throws Exception {
    Path kept = directory.resolve("figures.json");

    int status =
        run(
            "bench scsi-offload a=%s b=%s --destroy-data --rounds 2 --only zero --json %s"
                .formatted(map(0, volume("first")), map(1, volume("second")), kept));

    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    JsonNode rows = new ObjectMapper().readTree(kept.toFile());
    assertThat(rows).hasSize(10);
    assertThat(rows.get(0).has("overFirst")).isFalse();
    assertThat(rows.get(1).path("overFirst").path("least").asDouble()).isPositive();
  }

  @Test
  void aTargetThatLeavesABlockWhenItZeroesIsNamed() throws Exception {
    int status =
        run(
            "bench scsi-offload bad=%s --destroy-data --rounds 1 --only SAME.16.$"
                .formatted(map(0, new SpoiltZeroes(volume("first")))));

    assertThat(status).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "lunette: bad: zero: WRITE SAME(16): WRONG: 1 blocks, the first at LBA 0 byte 0"
                + System.lineSeparator());
  }

  @Test
  void nothingIsTouchedWithoutTheWord() throws Exception {
    int status = run("bench scsi-offload " + map(0, volume("first")));

    assertThat(status).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("say --destroy-data if that is meant");
  }

  @Test
  void whatIsWrongIsOneLine() throws Exception {
    String url = map(0, volume("first"));
    String base = "bench scsi-offload --destroy-data ";

    assertThat(run(base + "http://nowhere")).isEqualTo(2);
    assertThat(run(base + "--only nothing-like-it " + url)).isEqualTo(2);
    assertThat(run(base + "--only ( " + url)).isEqualTo(2);
    assertThat(run(base + url + " " + url)).isEqualTo(2);
    assertThat(run(base + "iscsi://127.0.0.1:1/iqn.2026-11.io.lunette:none/0")).isEqualTo(1);
    assertThat(run(base + url.replaceFirst("/0$", "/7"))).isEqualTo(1);

    assertThat(err.toString().lines()).hasSize(6).allMatch(line -> line.startsWith("lunette: "));
  }
}
