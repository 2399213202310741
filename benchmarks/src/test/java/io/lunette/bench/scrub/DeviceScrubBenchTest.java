/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scrub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.bench.fixture.CommandLineRun;
import io.lunette.bench.report.LoopDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lunette bench scrub} on block devices. */
class DeviceScrubBenchTest {

  private static final int MIB = 1 << 20;
  private static final long DEVICE_BYTES = 256L << 20;
  private static final String SMALL = "bench scrub --size 64M --written 8M --rounds 1 ";

  @TempDir Path directory;

  private final CommandLineRun lunette = new CommandLineRun();

  @BeforeEach
  void requireLoopDevices() {
    assumeThat(LoopDevice.isAvailable()).as("loop devices").isTrue();
  }

  @Test
  void everyWayIsTakenOnALoopDeviceThatIsGoneAfterwards() throws Exception {
    Map<String, JsonNode> ways =
        byWay(
            lunette.measure(
                directory, "bench scrub --size 64M --written 8M --rounds 2 --loop --whole"));

    assertThat(ways)
        .containsOnlyKeys(
            "zero_fill_verified",
            "zero_fill",
            "write_zeroes",
            "discard",
            "dd",
            "dd_read_back",
            "depth_16",
            "blkdiscard",
            "dd_of_all");
    assertThat(ways.values()).allSatisfy(way -> assertThat(way.path("seconds")).hasSize(2));
    assertThat(ways.get("dd").path("overDd").asDouble()).isEqualTo(1, within(1e-9));
    assertThat(ways.get("zero_fill").path("overDepth16").asDouble()).isPositive();
    assertThat(ways.get("zero_fill_verified").path("overDdAndReadBack").asDouble()).isPositive();
    assertThat(ways.get("zero_fill").path("shareOfDdOfAll").asDouble()).isPositive();
    assertThat(ways.get("dd_of_all").has("overDd")).isFalse();
    assertThat(ways.get("dd_of_all").path("bytes").asLong()).isEqualTo(64 * MIB);
    assertThat(lunette.out()).contains("SCRUB OF 8 MiB IN 64 MiB", "loop device in ");
  }

  @Test
  void aDeviceIsLeftBlankSoThatItMayBeMeasuredAgain() throws Exception {
    try (LoopDevice device = LoopDevice.overNew(directory.resolve("disk"), DEVICE_BYTES)) {
      String command = SMALL + "--device " + device.path();

      assertThat(lunette.run(directory, command)).as(lunette.err()).isZero();
      assertThat(lunette.run(directory, command)).as(lunette.err()).isZero();
    }
  }

  @Test
  void aDeviceThatHoldsSomethingIsLeftAloneUnlessThatMayGo() throws Exception {
    try (LoopDevice device = LoopDevice.overNew(directory.resolve("disk"), DEVICE_BYTES)) {
      mark(device.path());
      String command = SMALL + "--device " + device.path();

      assertThat(lunette.run(directory, command)).isEqualTo(1);

      assertThat(lunette.err().lines())
          .containsExactly(
              "lunette: "
                  + device.path()
                  + ": holds something already: --overwrite measures on it all the same");
      assertThat(markOn(device.path())).isEqualTo('S');
      assertThat(lunette.run(directory, command + " --overwrite")).isZero();
      assertThat(markOn(device.path())).isZero();
    }
  }

  @Test
  void aDeviceThatSomebodyHasIsLeftAloneWhateverMayGo() throws Exception {
    Path point = Files.createDirectory(directory.resolve("point"));
    try (LoopDevice device = LoopDevice.overNew(directory.resolve("disk"), DEVICE_BYTES)) {
      run("mkfs.ext4", "-q", device.path().toString());
      run("mount", device.path().toString(), point.toString());
      try {
        Files.writeString(point.resolve("kept"), "kept");

        assertThat(lunette.run(directory, SMALL + "--overwrite --device " + device.path()))
            .isEqualTo(1);

        assertThat(lunette.err().lines())
            .containsExactly(
                "lunette: "
                    + device.path()
                    + ": in use: mounted, or held by another process, a volume group or an array");
        assertThat(point.resolve("kept")).hasContent("kept");
      } finally {
        run("umount", point.toString());
      }
    }
  }

  @Test
  void aDeviceThatIsTooSmallIsRefused() throws Exception {
    try (LoopDevice device = LoopDevice.overNew(directory.resolve("disk"), DEVICE_BYTES)) {
      assertThat(
              lunette.run(
                  directory,
                  "bench scrub --size 2G --written 8M --whole --device " + device.path()))
          .isEqualTo(1);

      assertThat(lunette.err().lines())
          .containsExactly("lunette: " + device.path() + " is smaller than 2 GiB");
    }
  }

  @Test
  void whatIsNoBlockDeviceIsRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "kept");

    assertThat(lunette.run(directory, SMALL + "--overwrite --device " + file)).isEqualTo(1);

    assertThat(lunette.err().lines()).containsExactly("lunette: " + file + ": not a block device");
    assertThat(file).hasContent("kept");
  }

  @Test
  void optionsThatDoNotGoTogetherAreWrongUsage() {
    assertThat(lunette.run(directory, SMALL + "--device /dev/null --loop")).isEqualTo(2);
    assertThat(lunette.run(directory, SMALL + "--device /dev/null --dir /tmp")).isEqualTo(2);
    assertThat(lunette.run(directory, SMALL + "--loop --overwrite")).isEqualTo(2);
    assertThat(lunette.run(directory, SMALL + "--overwrite")).isEqualTo(2);

    assertThat(lunette.err().lines())
        .containsExactly(
            "lunette: --device goes with neither --dir nor --loop; see 'lunette bench scrub --help'",
            "lunette: --device goes with neither --dir nor --loop; see 'lunette bench scrub --help'",
            "lunette: --overwrite is for a --device: a loop device is over a new file; see 'lunette"
                + " bench scrub --help'",
            "lunette: --overwrite is for a --device; see 'lunette bench scrub --help'");
  }

  private static Map<String, JsonNode> byWay(JsonNode rows) {
    Map<String, JsonNode> ways = new LinkedHashMap<>();
    rows.forEach(row -> ways.put(row.path("way").asText(), row));
    return ways;
  }

  private static void mark(Path device) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(device.toFile(), "rw")) {
      open.seek(0x438);
      open.write('S');
      open.getFD().sync();
    }
  }

  private static int markOn(Path device) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(device.toFile(), "r")) {
      open.seek(0x438);
      return open.read();
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assumeThat(new ProcessBuilder(command).inheritIO().start().waitFor())
        .as(String.join(" ", command))
        .isZero();
  }
}
