/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.bench.fixture.CommandLineRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command line in the documents is one that the program knows: its subcommands, options and
 * number of words. It stands in this module because this one has all commands.
 */
class DocumentedCommandsTest {

  private static final Pattern IN_BLOCK = Pattern.compile("^ *(?:\\$ )?(?:bin/)?lunette (.*)");
  private static final Pattern IN_TEXT = Pattern.compile("`(?:bin/)?lunette ([^`]*)`");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|([^ '\"]+)");

  /** Where what the shell does itself begins, and a remark. */
  private static final Pattern END = Pattern.compile("\\s(?:[|>&;]|#|<\\().*|;.*");

  /** What stands for something else, or for nothing in particular. */
  private static final Pattern SKETCH = Pattern.compile("\\.\\.\\.|[\\[\\]|]|^-h");

  private record Documented(Path page, String words) {}

  @TempDir Path home;

  @Test
  void theProgramKnowsThemAll() throws Exception {
    List<Documented> all = documented();
    List<String> unknown = new ArrayList<>();
    for (Documented each : all) {
      CommandLineRun lunette = new CommandLineRun();
      // Asked for help, it reads the words and does nothing.
      boolean known = lunette.run(home, words(each.words() + " --help")) == 0;
      boolean placeholder = lunette.err().contains("Invalid value");
      if (!known && !placeholder) {
        unknown.add(each.page() + ": lunette " + each.words() + ": " + lunette.err().strip());
      }
    }

    assertThat(all).hasSizeGreaterThan(150);
    assertThat(unknown).isEmpty();
  }

  private static List<Documented> documented() throws IOException {
    List<Documented> found = new ArrayList<>();
    List<Path> pages = new ArrayList<>(List.of(Path.of("..", "README.md")));
    try (Stream<Path> docs = Files.list(Path.of("..", "docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    for (Path page : pages) {
      String text = Files.readString(page).replaceAll("\\\\\n *", " ");
      boolean block = false;
      for (String line : text.split("\n", -1)) {
        block ^= line.startsWith("```");
        Matcher matcher = (block ? IN_BLOCK : IN_TEXT).matcher(line);
        while (matcher.find()) {
          String words = END.matcher(matcher.group(1)).replaceFirst("").strip();
          if (!SKETCH.matcher(words).find()) {
            found.add(new Documented(page.getFileName(), words));
          }
        }
      }
    }
    return found;
  }

  private static String[] words(String line) {
    return WORD.matcher(line)
        .results()
        .map(word -> word.group().replaceAll("^['\"]|['\"]$", ""))
        .toArray(String[]::new);
  }
}
