/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.endtoend.PoolBytes.Page;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits flip in each structure of a pool that an appliance used and left, with an image, replicas
 * handed over and returned, a snapshot, a clone and an encrypted volume: what {@code pool check},
 * {@code --repair}, {@code pool dump} and {@code serve} make of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedPoolIT {

  private static final String INITIATOR = "iqn.2026-11.test:keeper";
  private static final int VAULT_LUN = 5;
  private static final List<String> TREES =
      List.of("VOLUMES", "LAYERS", "SPACE", "RESERVED", "METADATA", "GLOBALS", "MAP", "DROPPED");

  /** Trees of which nothing else tells what they say. */
  private static final Set<String> NOT_TOLD_BY_OTHERS = Set.of("VOLUMES", "LAYERS", "MAP");

  private Path directory;
  private ServedHome served;
  private Path pool;

  /** The pool after an orderly end, and after a kill. */
  private PoolBytes closed;

  private PoolBytes killed;

  @BeforeAll
  void useAPool(@TempDir Path temporary) throws Exception {
    directory = temporary;
    served = new ServedHome(directory).start("--pool-size", "64M");
    pool = served.home.resolve("pool.lunette");
    Path image = directory.resolve("image.raw");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.write(new byte[] {1, 2, 3});
      file.setLength(8 << 20);
    }
    served.call("image", "import", "web", image.toString());
    served.call("pool", "set", "web", "--ready", "2", "--scrub-threshold", "9");
    served.call("server", "add", "keeper", "--iqn", INITIATOR);
    served.call("server", "add", "other", "--iqn", "iqn.2026-11.test:other");
    Eventually.holds(() -> Replicas.in(served, "READY") == 2);
    JsonNode kept = served.call("allocate", "keeper", "--tenant", "acme", "--image", "web");
    assertThat(kept.path("lun").asInt()).isZero();
    served.call("allocate", "other", "--tenant", "acme", "--image", "web");
    ForeignTool.succeed(
        ForeignTool.qemuIo(
            served.image("iqn.2026-11.test:other", 0), List.of("write -P 9 1M 2M", "flush")));
    served.call("release", "other");
    served.call("volume", "create", "vault", "--size", "8M", "--encrypt");
    served.call("volume", "map", "vault", "--server", "keeper", "--lun", "" + VAULT_LUN);
    qemuIo(0, "write -P 7 64k 1M", "discard 64k 128k", "flush");
    qemuIo(VAULT_LUN, "write -P 8 0 512k", "flush");
    served.call("volume", "snapshot", "vault", "before");
    served.call("volume", "clone", "before", "trial");
    assertThat(served.stop()).isZero();
    closed = new PoolBytes(pool).copyTo(directory.resolve("closed"));
    start();
    for (int i = 0; i < 6; i++) {
      qemuIo(0, "write -P 7 " + (1280 + i * 64) + "k 64k", "flush");
      if (i == 1) {
        // With a checkpoint, while extents are reserved: so RESERVED has a page.
        served.call("pool", "grow", "--size", "80M");
      }
    }
    served.kill();
    killed = new PoolBytes(pool).copyTo(directory.resolve("killed"));
  }

  @AfterEach
  void end() {
    served.close();
  }

  @Test
  void aDamagedPageOrCopyIsNamedAndMendedByTheOther() throws Exception {
    Set<String> met = new TreeSet<>();
    for (PoolBytes left : List.of(closed, killed)) {
      for (Page page : left.pages()) {
        for (long offset : new long[] {page.offset(), page.offset() + PoolBytes.COPY}) {
          PoolBytes damaged = damaged(left, offset + 70);
          JsonNode problems = check(damaged).path("problems");
          if (problems.isEmpty()) {
            break; // Nothing refers to it, and so to its copy.
          }
          met.add(page.kind());
          String place = "page " + page.number() + " of " + page.kind();
          assertThat(problems).hasSize(1);
          assertThat(problems.at("/0/place").asText()).contains(place, " at byte " + offset);
          assertDumped(damaged, place);
          assertMended(damaged, place);
        }
      }
    }
    assertThat(met).containsExactlyInAnyOrderElementsOf(TREES);
  }

  @Test
  void aPageLostWithItsCopyIsWrittenAnewIfOthersTellItAndElseNothingIsWritten() throws Exception {
    Set<String> met = new TreeSet<>();
    for (PoolBytes left : List.of(closed, killed)) {
      for (Page page : left.pages()) {
        PoolBytes damaged = damaged(left, page.offset() + 70, page.offset() + PoolBytes.COPY + 70);
        if (check(damaged).path("problems").isEmpty()) {
          continue;
        }
        met.add(page.kind());
        String place = "page " + page.number() + " of " + page.kind();
        assertDumped(damaged, place);
        if (NOT_TOLD_BY_OTHERS.contains(page.kind())) {
          assertBeyondRepair(damaged, place);
        } else {
          assertMended(damaged, place);
        }
      }
    }
    assertThat(met).containsExactlyInAnyOrderElementsOf(TREES);
  }

  @Test
  void superblocksAndRecordsOfKeysAreMendedFromTheirOthers() throws Exception {
    for (PoolBytes left : List.of(closed, killed)) {
      assertMended(damaged(left, 100), "superblock A at byte 0");
      assertMended(damaged(left, PoolBytes.EXTENT + 100), "superblock B at byte 65536");
      assertBeyondRepair(damaged(left, 100, PoolBytes.EXTENT + 100), "superblock A at byte 0");
      assertThat(left.keyRecords()).isNotEmpty();
      for (List<Long> records : left.keyRecords().values()) {
        assertThat(records).hasSize(2);
        for (long record : records) {
          assertMended(damaged(left, record + 50), "key record at byte " + record);
          assertMended(damaged(left).clearRecord(record), "key record at byte " + record);
        }
        assertBeyondRepair(
            damaged(left, records.get(0) + 50, records.get(1) + 50), "whose record is lost");
      }
    }
  }

  @Test
  void aCommitThatIsDamagedBeforeOthersIsNamedAndNeverFollowed() throws Exception {
    PoolBytes damaged = damaged(killed, committedFrame() + 70);

    assertBeyondRepair(damaged, "journal is damaged at position ");
    assertDumped(damaged, "journal is damaged at position ");
    assertRefused(damaged, "journal is damaged at position ");
  }

  @Test
  void anApplianceServesEverythingWhereOneOfEachTwoIsLost() throws Exception {
    for (PoolBytes left : List.of(closed, killed)) {
      List<Long> everyPage = left.pages().stream().map(page -> page.offset() + 70).toList();
      List<Long> everyCopy = everyPage.stream().map(at -> at + PoolBytes.COPY).toList();
      List<Long> superblockAndKeys = new ArrayList<>(List.of(left.equals(closed) ? 100L : 65_636L));
      left.keyRecords().values().forEach(records -> superblockAndKeys.add(records.get(0) + 50));
      for (List<Long> flips : List.of(everyPage, everyCopy, superblockAndKeys)) {
        serve(left.copyTo(pool).flip(flips));
        if (flips.equals(everyPage)) {
          assertThat(served.call("status").path("alerts").toString())
              .contains("read from its copy", "pool check --repair");
        }
        qemuIo(0, "read -P 0 64k 128k", "read -P 7 192k 896k");
        qemuIo(VAULT_LUN, "read -P 8 0 512k");
        assertThat(served.stop()).isZero();
      }
    }
  }

  @Test
  void anApplianceRefusesWhatItCannotKnow() throws Exception {
    for (Page page : killed.pages()) {
      PoolBytes damaged = damaged(killed, page.offset() + 70, page.offset() + PoolBytes.COPY + 70);
      boolean named = page.kind().equals("VOLUMES") || page.kind().equals("LAYERS");
      if (named && !check(damaged).path("problems").isEmpty()) {
        assertRefused(damaged, "page " + page.number() + " of " + page.kind());
      }
    }
  }

  @Test
  void aMapThatIsLostIsAnErrorOfItsVolumeAlone() throws Exception {
    long layer = layerOf("vault");
    List<Long> flips = new ArrayList<>();
    for (Page page : closed.pages()) {
      if (page.kind().equals("MAP") && page.layer() == layer) {
        flips.addAll(List.of(page.offset() + 70, page.offset() + PoolBytes.COPY + 70));
      }
    }
    assertThat(flips).isNotEmpty();

    serve(closed.copyTo(pool).flip(flips));

    ForeignTool read =
        ForeignTool.run(
            ForeignTool.qemuIo(served.image(INITIATOR, VAULT_LUN), List.of("read 0 4k")));
    assertThat(read.output()).contains("read failed: Input/output error");
    qemuIo(0, "read -P 7 192k 896k");
  }

  private void start() throws Exception {
    served.start("--pool-size", "64M");
  }

  private void serve(PoolBytes damaged) throws Exception {
    assertThat(damaged.file()).isEqualTo(pool);
    start();
  }

  private void qemuIo(int lun, String... commands) throws Exception {
    ForeignTool.succeed(ForeignTool.qemuIo(served.image(INITIATOR, lun), List.of(commands)));
  }

  private PoolBytes damaged(PoolBytes left, long... offsets) throws Exception {
    return left.copyTo(directory.resolve("damaged")).flip(Arrays.stream(offsets).boxed().toList());
  }

  private long committedFrame() throws Exception {
    JsonNode dump = json(served.run("pool", "dump", killed.file().toString()));
    assertThat(dump.at("/journal/commits").asLong()).isGreaterThan(2);
    long[] ring = killed.journal();
    return ring[0] + dump.at("/journal/fromPosition").asLong() % ring[1];
  }

  private long layerOf(String volume) throws Exception {
    JsonNode dump = json(served.run("pool", "dump", closed.file().toString()));
    for (JsonNode one : dump.path("volumes")) {
      if (one.path("name").asText().equals(volume)) {
        // The snapshot took the layer that the volume wrote to.
        return parent(dump, one.path("layer").asLong());
      }
    }
    throw new AssertionError("no volume " + volume);
  }

  private static long parent(JsonNode dump, long layer) {
    for (JsonNode one : dump.path("layers")) {
      if (one.path("id").asLong() == layer) {
        return one.path("parent").asLong();
      }
    }
    throw new AssertionError("no layer " + layer);
  }

  /** The report of a check, whose exit status has to agree with it. */
  private JsonNode check(PoolBytes damaged) throws Exception {
    ServedHome.Outcome outcome = served.run("pool", "check", damaged.file().toString());
    JsonNode report = json(outcome);
    assertThat(outcome.status()).isEqualTo(report.path("clean").asBoolean() ? 0 : 1);
    assertThat(outcome.err()).isEmpty();
    return report;
  }

  private void assertDumped(PoolBytes damaged, String named) throws Exception {
    ServedHome.Outcome outcome = served.run("pool", "dump", damaged.file().toString());
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).isEmpty();
    assertThat(json(outcome).path("problems").toString()).contains(named);
  }

  private void assertMended(PoolBytes damaged, String named) throws Exception {
    assertThat(check(damaged).path("problems").toString()).contains(named);

    ServedHome.Outcome repair = served.run("pool", "check", "--repair", damaged.file().toString());

    assertThat(repair.status()).as(repair.toString()).isZero();
    assertThat(json(repair).path("fixed").toString()).contains(named);
    assertThat(check(damaged).path("problems")).isEmpty();
    JsonNode dump = json(served.run("pool", "dump", damaged.file().toString()));
    assertThat(dump.path("volumes").findValuesAsText("name"))
        .contains("vault", "before", "trial")
        .hasSizeGreaterThan(5);
  }

  private void assertBeyondRepair(PoolBytes damaged, String named) throws Exception {
    Path before = damaged.copyTo(directory.resolve("before")).file();

    ServedHome.Outcome repair = served.run("pool", "check", "--repair", damaged.file().toString());

    assertThat(repair.status()).isEqualTo(1);
    assertThat(json(repair).path("fixed")).isEmpty();
    assertThat(json(repair).path("problems").toString()).contains(named);
    assertThat(Files.mismatch(damaged.file(), before)).isEqualTo(-1);
  }

  /** Neither an appliance nor a target starts on it, and both say why in one line. */
  private void assertRefused(PoolBytes damaged, String named) throws Exception {
    Path before = damaged.copyTo(directory.resolve("before")).file();
    String file = damaged.file().toString();
    Path log = directory.resolve("refused.log");
    List<String> options = List.of("--portal", LocalAddress.next(), "--pool-file", file);

    Process serve = ServedHome.launch(directory.resolve("elsewhere"), log, options);
    try {
      assertThat(serve.waitFor(30, SECONDS)).isTrue();
    } finally {
      serve.destroyForcibly();
    }
    String said = Files.readString(log);
    assertThat(serve.exitValue()).as(said).isEqualTo(1);
    assertOneLine(said, named);

    ServedHome.Outcome target =
        served.run("target", "--file", file, "--size", "1M", "--portal", LocalAddress.next());
    assertThat(target.status()).isEqualTo(1);
    assertThat(target.out()).isEmpty();
    assertOneLine(target.err(), named);
    assertThat(Files.mismatch(damaged.file(), before)).isEqualTo(-1);
  }

  private static void assertOneLine(String said, String named) {
    assertThat(said.lines()).as(said).hasSize(1);
    assertThat(said).startsWith("lunette: ").contains(named);
  }

  private static JsonNode json(ServedHome.Outcome outcome) throws Exception {
    return new ObjectMapper().readTree(outcome.out());
  }
}
