/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.EngineVolumeDriver;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolFileCommandsTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path file;

  @BeforeEach
  void createPool() throws Exception {
    file = directory.resolve("pool");
    EngineVolumeDriver.createPool(file, 64L << 20);
    try (EngineVolumeDriver driver = EngineVolumeDriver.open(file, Clock.systemUTC())) {
      VolumeName image = new VolumeName("image");
      driver.create(image, 16L << 20);
      driver.seal(image);
      driver.clone(image, List.of(new VolumeName("replica")));
    }
  }

  @Test
  void aCleanPoolPasses() {
    assertThat(run("pool", "check", file.toString())).isZero();

    assertThat(out.toString()).contains("2 volumes", "result    clean");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aPoolIsMadeInANewFileOfAGivenSize() {
    Path made = directory.resolve("made");

    assertThat(run("pool", "create", made.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("a pool in a file needs a --size");
    assertThat(run("pool", "create", "--size", "64M", made.toString())).isZero();
    assertThat(out.toString()).contains("made pool " + made + " of 64 MiB");
    assertThat(run("pool", "check", made.toString())).isZero();
    assertThat(run("pool", "create", "--size", "64M", made.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("exists already");
    assertThat(run("pool", "create", "--overwrite", "--size", "64M", made.toString())).isEqualTo(2);
  }

  @Test
  void aDamagedPoolFailsAndTheProblemIsNamed() throws Exception {
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.seek(60);
      pool.write(0xEE);
    }

    assertThat(run("-o", "json", "pool", "check", file.toString())).isEqualTo(1);

    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("clean").asBoolean()).isFalse();
    assertThat(report.at("/problems/0/place").asText()).isEqualTo("superblock A at byte 0");
  }

  @Test
  void aRepairSaysWhatItMendedAndTheNextCheckIsClean() throws Exception {
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.seek(60);
      pool.write(0xEE);
    }

    assertThat(run("pool", "check", "--repair", file.toString())).isZero();

    assertThat(out.toString())
        .contains("fixed     superblock A at byte 0", "written anew", "result    clean");
    out.getBuffer().setLength(0);
    assertThat(run("pool", "check", file.toString())).isZero();
    assertThat(out.toString()).doesNotContain("fixed");
  }

  @Test
  void aDeepCheckFindsWhatLiesInFreeSpaceAndARepairHasItScrubbed() throws Exception {
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.seek(60L << 20);
      pool.write(0xEE);
    }

    assertThat(run("pool", "check", file.toString())).isZero();
    assertThat(run("pool", "check", "--deep", file.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("extent 960 at byte 62914560: CLEAN, but not zero");
    assertThat(run("pool", "check", "--deep", "--repair", file.toString())).isZero();
    assertThat(out.toString()).contains("fixed     extent 960", "made dirty", "result    clean");
  }

  @Test
  void aRepairGivesUpTheVolumesThatItIsToldTo() {
    assertThat(run("pool", "check", "--give-up", "replica", file.toString())).isEqualTo(2);
    assertThat(run("pool", "check", "--repair", "--give-up", "nobody", file.toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("no volume 'nobody'");

    assertThat(run("pool", "check", "--repair", "--give-up", "replica", file.toString())).isZero();

    assertThat(out.toString()).contains("fixed     volume replica: given up", "1 volumes");
  }

  @Test
  void aRepairThatIsNotPossibleFailsAndWritesNothing() throws Exception {
    for (long at : new long[] {60, 65536 + 60}) {
      try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
        pool.seek(at);
        pool.write(0xEE);
      }
    }
    byte[] before = Files.readAllBytes(file);

    assertThat(run("-o", "json", "pool", "check", "--repair", file.toString())).isEqualTo(1);

    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("fixed")).isEmpty();
    assertThat(report.at("/problems/0/repair").isNull()).isTrue();
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void aRepairSaysWhatItMendedAndWhatIsBeyondIt() throws Exception {
    // Opened once more, both superblocks lead to the volumes without the journal.
    EngineVolumeDriver.open(file, Clock.systemUTC()).close();
    try (RandomAccessFile pool = new RandomAccessFile(file.toFile(), "rw")) {
      pool.seek(60);
      pool.write(0xEE);
      loseTheVolumes(pool);
    }

    assertThat(run("pool", "check", "--repair", file.toString())).isEqualTo(1);

    assertThat(out.toString().lines())
        .filteredOn(line -> line.startsWith("fixed "))
        .singleElement()
        .asString()
        .contains("superblock A at byte 0");
    assertThat(out.toString().lines())
        .filteredOn(line -> line.startsWith("PROBLEM "))
        .anyMatch(line -> line.contains(" of VOLUMES at byte "));
    assertThat(out.toString()).contains("note      nothing else was written: ");
  }

  /** Damages every page of VOLUMES, and its copy. */
  private static void loseTheVolumes(RandomAccessFile pool) throws Exception {
    byte[] beginning = new byte[16];
    for (long at = 0; at < pool.length(); at += 4096) {
      pool.seek(at);
      pool.readFully(beginning);
      boolean isPage = new String(beginning, 0, 4, StandardCharsets.US_ASCII).equals("LNPG");
      if (isPage && beginning[15] == 1) {
        pool.seek(at + 70);
        pool.write(0xEE);
      }
    }
  }

  @Test
  void aDumpShowsTheVolumesAsTextAndAsJson() throws Exception {
    assertThat(run("pool", "dump", file.toString())).isZero();
    assertThat(out.toString()).contains("volume 2 replica WRITABLE");

    out.getBuffer().setLength(0);
    assertThat(run("pool", "dump", "--maps", "-o", "json", file.toString())).isZero();
    assertThat(new ObjectMapper().readTree(out.toString()).at("/volumes/1/name").asText())
        .isEqualTo("replica");
  }

  @Test
  void whatIsNotAPoolAndWhatIsMissingGiveOneLine() throws Exception {
    Path text = Files.writeString(directory.resolve("text"), "no pool");

    assertThat(run("pool", "check", text.toString())).isEqualTo(1);
    assertThat(run("pool", "dump", directory.resolve("missing").toString())).isEqualTo(1);

    assertThat(err.toString().lines())
        .containsExactly(
            "lunette: " + text + ": not a Lunette pool",
            "lunette: " + directory.resolve("missing") + ": no such pool file");
  }

  private int run(String... args) {
    return Lunette.run(
        Map.of("HOME", directory.toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        args);
  }
}
