/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What one test of {@code iscsi-test-cu} is expected to say on a unit. The list is a resource of
 * lines with fields parted by tabs: name, verdict, reason, and the unit unless it is a disk; a pass
 * needs no reason.
 */
record ExpectedResult(String name, Verdict verdict, String reason, TestedUnit unit) {

  /** How a test ends. */
  enum Verdict {
    PASS,
    SKIP,
    FAIL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  ExpectedResult {
    if (reason.isEmpty() != (verdict == Verdict.PASS)) {
      throw new IllegalArgumentException(name + ": a reason goes with a skip or a failure");
    }
  }

  /** The whole list, in the tool's order. */
  static List<ExpectedResult> all() throws IOException {
    try (InputStream list = ExpectedResult.class.getResourceAsStream("iscsi-test-cu.tsv")) {
      return new String(list.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(ExpectedResult::parse)
          .collect(Collectors.toList());
    }
  }

  private static ExpectedResult parse(String line) {
    String[] fields = line.split("\t", -1);
    return new ExpectedResult(
        fields[0],
        Verdict.valueOf(fields[1].toUpperCase(Locale.ROOT)),
        fields.length > 2 ? fields[2] : "",
        fields.length > 3 ? TestedUnit.named(fields[3]) : TestedUnit.DISK);
  }

  /** Its row in docs/conformance.md. */
  String row() {
    return "| `%s` | %s | %s |%s|"
        .formatted(name, unit, verdict, reason.isEmpty() ? " " : " " + reason + " ");
  }

  @Override
  public String toString() {
    return unit == TestedUnit.DISK ? name : name + " on " + unit;
  }
}
