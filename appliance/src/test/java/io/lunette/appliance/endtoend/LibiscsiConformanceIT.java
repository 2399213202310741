/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.appliance.SingleTarget;
import io.lunette.appliance.endtoend.ExpectedResult.Verdict;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    if (RESERVING.contains(expected.name().split("\\.")[0])) {
      String written =
          ForeignTool.succeed(
              "qemu-io", "-f", "raw", url, "-c", "write -P 0 0 4096", "-c", "flush");
      assertThat(written).contains("wrote 4096/4096");
    }
  }

  private static Verdict verdict(ForeignTool run) {
    Matcher asserts = ASSERTS.matcher(run.output());
    if (!asserts.find() || !"0".equals(asserts.group(1))) {
      return Verdict.FAIL;
    }
    return run.output().contains("[SKIPPED]") ? Verdict.SKIP : Verdict.PASS;
  }
}
