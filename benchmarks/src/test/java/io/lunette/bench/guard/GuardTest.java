/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.bench.fixture.CommandLineRun;
import io.lunette.bench.report.Spread;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardTest {

  @Test
  void readsTheRatiosOfEachRoundWhateverTheMachine() throws Exception {
    assertThat(
            read(
                "[{\"work\": \"read 4 KiB\", \"against\": \"file\", \"volumeNanos\": [10, 20, 40],"
                    + " \"otherNanos\": [20, 20, 20]}]"))
        .containsExactly(entry("volume: read 4 KiB / file", new Spread(1, 0.5, 2)));
    assertThat(
            read(
                "[{\"directory\": \"/a\", \"verifiedOverDd\": 0.5, \"unverifiedOverDd\": 1},"
                    + " {\"directory\": \"/a\", \"verifiedOverDd\": 0.7, \"unverifiedOverDd\": 3},"
                    + " {\"directory\": \"/b\", \"verifiedOverDd\": 1, \"unverifiedOverDd\": 1}]"))
        .contains(
            entry("scrub: unverified, directory 1 / dd", new Spread(2, 1, 3)),
            entry("scrub: verified, directory 2 / dd", new Spread(1, 1, 1)))
        .hasSize(4);
    assertThat(
            read(
                "{\"workload\": \"4 KiB\", \"targets\": [{\"name\": \"null\", \"roundsIops\": [100,"
                    + " 200]}, {\"name\": \"lunette\", \"roundsIops\": [50, 50]}]}"))
        .containsExactly(entry("iscsi: 4 KiB / null", new Spread(0.375, 0.25, 0.5)));
  }

  @Test
  void whatWasSkippedHasNoRatio() throws Exception {
    assertThat(read("[{\"work\": \"cold\", \"against\": \"file\", \"skipped\": \"tmpfs\"}]"))
        .isEmpty();
  }

  @Test
  void readsAScrubBesideZeroesAtDepth16WhereEachRoundHasThem() throws Exception {
    String rounds =
        "[{\"directory\": \"/a\", \"verifiedOverDd\": 1, \"unverifiedOverDd\": 1,"
            + " \"unverifiedOverDepth16\": 0.5}, {\"directory\": \"/a\", \"verifiedOverDd\": 1,"
            + " \"unverifiedOverDd\": 1, \"unverifiedOverDepth16\": 1.5}, {\"directory\": \"/b\","
            + " \"verifiedOverDd\": 1, \"unverifiedOverDd\": 1}]";

    assertThat(read(rounds))
        .containsEntry(
            "scrub: unverified, directory 1 / zeroes at depth 16", new Spread(1, 0.5, 1.5))
        .hasSize(5);
  }

  @Test
  void whatTheBaselineDoesNotHaveIsNamedAndIsNoFailure(@TempDir Path directory) throws Exception {
    Path baseline = directory.resolve("baseline.json");
    Baseline.write(new TreeMap<>(Map.of("volume: read / file", new Spread(1, 1, 1))), baseline);
    Path result =
        Files.writeString(
            directory.resolve("result.json"),
            "[{\"work\": \"read\", \"against\": \"file\", \"volumeNanos\": [1], \"otherNanos\":"
                + " [1]}, {\"work\": \"flush\", \"against\": \"file\", \"volumeNanos\": [1],"
                + " \"otherNanos\": [1]}]");
    CommandLineRun lunette = new CommandLineRun();

    int status = lunette.run(directory, "bench guard --baseline " + baseline + " " + result);

    assertThat(lunette.out().lines())
        .endsWith("no baseline, --update makes one: volume: flush / file", "nothing worse");
    assertThat(status).isZero();
  }

  @Test
  void refusesWhatIsNoResult() {
    assertThatThrownBy(() -> read("{\"a\": 1}")).hasMessageStartingWith("no result of");
    assertThatThrownBy(() -> read("{\"targets\": [{\"name\": \"tgt\"}]}"))
        .hasMessageContaining("lunette=URL");
  }

  @Test
  void namesWhatLeftTheNoiseAndNothingElse() {
    Map<String, Spread> before =
        Map.of(
            "fell", new Spread(1, 0.9, 1.1),
            "rose", new Spread(1, 0.9, 1.1),
            "wavers", new Spread(1, 0.7, 1.3),
            "little", new Spread(1, 0.99, 1.01),
            "gone", new Spread(1, 1, 1));
    Map<String, Spread> now =
        Map.of(
            "fell", new Spread(0.8, 0.75, 0.85),
            "rose", new Spread(1.3, 1.2, 1.4),
            "wavers", new Spread(0.7, 0.6, 0.8),
            "little", new Spread(0.95, 0.94, 0.96),
            "came", new Spread(1, 1, 1));

    assertThat(Change.between(before, now, 0.1))
        .extracting(Change::name, Change::verdict)
        .containsExactly(
            tuple("came", Change.Verdict.NEW),
            tuple("fell", Change.Verdict.WORSE),
            tuple("gone", Change.Verdict.MISSING),
            tuple("little", Change.Verdict.SAME),
            tuple("rose", Change.Verdict.BETTER),
            tuple("wavers", Change.Verdict.SAME));
  }

  @Test
  void keepsABaseline(@TempDir Path directory) throws Exception {
    SortedMap<String, Spread> ratios =
        new TreeMap<>(Map.of("a / b", new Spread(1.25, 1, 1.5), "c / d", new Spread(2, 2, 2)));
    Path file = directory.resolve("baseline.json");

    Baseline.write(ratios, file);

    assertThat(Baseline.read(file)).isEqualTo(ratios);
  }

  private static SortedMap<String, Spread> read(String json) throws Exception {
    return RatioReader.read(new ObjectMapper().readTree(json));
  }
}
