/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.appliance.SingleTarget;
import io.lunette.appliance.endtoend.ExpectedResult.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All of libiscsi's tests, each by a process of its own, on a volume of the engine that lives
 * through them all: a reservation or a state that one leaves behind fails those after it. Those
 * that need a unit of another kind run on one of those too.
 *
 * <p>A test that does better than its row in the list fails here as one that does worse: the list
 * is what docs/conformance.md says.
 */
class LibiscsiConformanceIT {

  private static final Pattern TEST = Pattern.compile("ALL\\.([^.]+\\.[^.]+)");

  /** The line of CUnit's summary: run, ran, passed, failed. */
  private static final Pattern ASSERTS =
      Pattern.compile("asserts\\s+\\d+\\s+\\d+\\s+\\d+\\s+(\\d+)");

  /** Suites after whose tests the unit must be free again for everybody. */
  private static final Set<String> RESERVING =
      Set.of("ProutClear", "ProutPreempt", "ProutRegister", "ProutReserve", "Reserve6");

  /** Those at whose end nothing is left of what was written before. */
  private static final Set<String> SANITIZING =
      Set.of("Sanitize.BlockErase", "Sanitize.CryptoErase", "Sanitize.Overwrite");

  private static final int NOISE_BYTES = 1 << 20;

  @TempDir static Path directory;

  private static final Map<TestedUnit, SingleTarget> TARGETS = new EnumMap<>(TestedUnit.class);

  @BeforeAll
  static void start() throws Exception {
    for (TestedUnit unit : TestedUnit.values()) {
      TARGETS.put(unit, unit.serve(directory));
    }
  }

  @AfterAll
  static void stop() {
    TARGETS.values().forEach(SingleTarget::close);
  }

  static List<ExpectedResult> expected() throws Exception {
    return ExpectedResult.all();
  }

  @Test
  void theListHasEveryTestOfTheTool() throws Exception {
    List<String> tests =
        ForeignTool.succeed("iscsi-test-cu", "-l")
            .lines()
            .map(String::strip)
            .map(TEST::matcher)
            .filter(Matcher::matches)
            .map(line -> line.group(1))
            .toList();

    assertThat(expected().stream().map(ExpectedResult::name).distinct())
        .containsExactlyElementsOf(tests);
  }

  @ParameterizedTest
  @MethodSource("expected")
  void endsAsExpected(ExpectedResult expected) throws Exception {
    String url = TARGETS.get(expected.unit()).url();
    Optional<Ciphertext> noise = Optional.empty();
    if (SANITIZING.contains(expected.name()) && expected.verdict() == Verdict.PASS) {
      noise = Optional.of(writeNoise(expected.unit(), url));
    }
    ForeignTool run =
        ForeignTool.run(
            "iscsi-test-cu",
            "--dataloss",
            "--allow-sanitize",
            "--Verbose-scsi",
            "--test=ALL." + expected.name(),
            url,
            url);

    assertThat(verdict(run)).as(run.output()).isEqualTo(expected.verdict());
    if (noise.isPresent()) {
      requireGone(noise.get(), expected.unit());
    }
    if (RESERVING.contains(expected.name().split("\\.")[0])) {
      assertThat(qemuIo(url, "write -P 0 0 4096")).contains("wrote 4096/4096");
    }
  }

  private static String qemuIo(String url, String write) throws Exception {
    return ForeignTool.succeed("qemu-io", "-f", "raw", url, "-c", write, "-c", "flush");
  }

  /** Noise is told from all else in a pool, whether the unit has a key or not. */
  private static Ciphertext writeNoise(TestedUnit unit, String url) throws Exception {
    byte[] bytes = new byte[NOISE_BYTES];
    ThreadLocalRandom.current().nextBytes(bytes);
    Path file = Files.write(directory.resolve("noise"), bytes);
    Ciphertext noise = Ciphertext.in(unit.pool(directory));
    qemuIo(url, "write -s " + file + " 1M 1M");
    assertThat(noise.written()).isGreaterThanOrEqualTo(NOISE_BYTES / 4096);
    return noise;
  }

  /** A key that is destroyed has done it; what it enciphered is overwritten soon after. */
  private static void requireGone(Ciphertext noise, TestedUnit unit) throws Exception {
    if (unit == TestedUnit.ENCRYPTED) {
      Eventually.holds(() -> noise.left() == 0);
    }
    assertThat(noise.left()).as("blocks of what was written before").isZero();
  }

  private static Verdict verdict(ForeignTool run) {
    Matcher asserts = ASSERTS.matcher(run.output());
    if (!asserts.find() || !"0".equals(asserts.group(1))) {
      return Verdict.FAIL;
    }
    return run.output().contains("[SKIPPED]") ? Verdict.SKIP : Verdict.PASS;
  }
}
