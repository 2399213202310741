/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.appliance.endtoend.ExpectedResult.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds docs/conformance.md to the list that {@link LibiscsiConformanceIT} holds to the target. */
class ConformancePageTest {

  private static final Path PAGE = Path.of("..", "docs", "conformance.md");
  private static final String ROW = "| `";

  @Test
  void thePageHasTheRowsOfTheList() throws Exception {
    List<String> rows =
        Files.readAllLines(PAGE).stream().filter(line -> line.startsWith(ROW)).toList();

    assertThat(rows).containsExactlyElementsOf(expectedRows());
  }

  @Test
  void thePageHasTheSums() throws Exception {
    List<ExpectedResult> all = ExpectedResult.all();
    List<ExpectedResult> onDisks = all.stream().filter(ConformancePageTest::isOnDisk).toList();
    List<ExpectedResult> elsewhere = all.stream().filter(result -> !isOnDisk(result)).toList();
    String sums =
        "Of %d tests on a disk: %d passed, %d skipped, %d failed; %d of them are run on another unit, where %d pass"
            .formatted(
                onDisks.size(),
                count(onDisks, Verdict.PASS),
                count(onDisks, Verdict.SKIP),
                count(onDisks, Verdict.FAIL),
                elsewhere.size(),
                count(elsewhere, Verdict.PASS));

    assertThat(Files.readString(PAGE).replaceAll("\\s+", " ")).contains(sums);
  }

  private static boolean isOnDisk(ExpectedResult result) {
    return result.unit() == TestedUnit.DISK || result.unit() == TestedUnit.SMALL_DISK;
  }

  private static List<String> expectedRows() throws Exception {
    return ExpectedResult.all().stream().map(ExpectedResult::row).toList();
  }

  private static long count(List<ExpectedResult> all, Verdict verdict) {
    return all.stream().filter(result -> result.verdict() == verdict).count();
  }
}
