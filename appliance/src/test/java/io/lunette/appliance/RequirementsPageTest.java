/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds docs/requirements.md to the tags of the tests, and both to the list: every requirement of
 * the four systems in the field has a test that shows it.
 */
class RequirementsPageTest {

  private static final Path PAGE = Path.of("..", "docs", "requirements.md");

  /** How many requirements each of the systems makes. */
  private static final Map<String, Integer> LISTS =
      new TreeMap<>(Map.of("CH", 17, "WA", 12, "SH", 9, "HA", 8));

  private static final Pattern ROW = Pattern.compile("\\| ([A-Z]{2}-\\d+) \\| .* \\| (.*) \\|");
  private static final Pattern TEST = Pattern.compile("`([A-Za-z0-9.]+)`");
  private static final Pattern TAGGED =
      Pattern.compile(
          "((?:^ *@\\w+(?:\\([^\\n]*\\))?\\n)+)^( *)[\\w ]*?\\b(?:void|class) (\\w+)",
          Pattern.MULTILINE);
  private static final Pattern TAG = Pattern.compile("@Tag\\(\"([A-Z]{2}-\\d+)\"\\)");

  @Test
  void everyRequirementHasATestAndThePageNamesThem() throws Exception {
    Map<String, Set<String>> tagged = tagged();

    assertThat(page()).isEqualTo(tagged);
    assertThat(tagged.keySet()).containsExactlyInAnyOrderElementsOf(labels());
  }

  private static List<String> labels() {
    List<String> labels = new ArrayList<>();
    LISTS.forEach(
        (list, count) ->
            IntStream.rangeClosed(1, count).forEach(number -> labels.add(list + "-" + number)));
    return labels;
  }

  /** The tests of each label as the page has them. */
  private static Map<String, Set<String>> page() throws IOException {
    Map<String, Set<String>> tests = new TreeMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        Set<String> names = new TreeSet<>();
        Matcher test = TEST.matcher(row.group(2));
        while (test.find()) {
          names.add(test.group(1));
        }
        tests.put(row.group(1), names);
      }
    }
    return tests;
  }

  /** The tests that bear each label: a class, or one method of it. */
  private static Map<String, Set<String>> tagged() throws IOException {
    Map<String, Set<String>> tests = new TreeMap<>();
    for (Path file : sources()) {
      String type = file.getFileName().toString().replace(".java", "");
      Matcher test = TAGGED.matcher(Files.readString(file));
      while (test.find()) {
        String name = test.group(2).isEmpty() ? type : type + "." + test.group(3);
        Matcher tag = TAG.matcher(test.group(1));
        while (tag.find()) {
          tests.computeIfAbsent(tag.group(1), label -> new TreeSet<>()).add(name);
        }
      }
    }
    return tests;
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core", "native", "iscsi-target", "smis-driver", "appliance")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "test", "java"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    return sources;
  }
}
