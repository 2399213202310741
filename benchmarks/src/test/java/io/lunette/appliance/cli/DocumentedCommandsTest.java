/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

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

  /** A command line of a page; what stands in a sentence may leave out what it needs. */
  private record Documented(Path page, String words, boolean isWhole) {

    /** What the program would say against it, or null. */
    String complaint() {
      Session session =
          new Session(
              Map.of("HOME", "/nonexistent"),
              new PrintWriter(Writer.nullWriter()),
              new PrintWriter(Writer.nullWriter()));
      String[] split = split(words);
      CommandLine line = new CommandLine(new Root(session));
      new Commands(session).addTo(line, Lunette.firstWord(split));
      Converters.register(line);
      try {
        Object ignored = line.parseArgs(split);
        return null;
      } catch (UnmatchedArgumentException e) {
        return e.getMessage();
      } catch (MissingParameterException e) {
        return isWhole ? e.getMessage() : null;
      } catch (ParameterException placeholder) {
        return null;
      }
    }
  }

  @Test
  void theProgramKnowsThemAll() throws Exception {
    List<Documented> all = documented();

    assertThat(all).hasSizeGreaterThan(150);
    assertThat(all.stream().filter(each -> each.complaint() != null))
        .extracting(each -> each.page() + ": lunette " + each.words() + ": " + each.complaint())
        .isEmpty();
  }

  @Test
  void whatItDoesNotKnowIsFound() {
    for (String words : List.of("pool sett web", "pool set web --redy 2", "pool list web")) {
      assertThat(new Documented(Path.of("page"), words, true).complaint()).as(words).isNotNull();
    }
    assertThat(new Documented(Path.of("page"), "allocate web1", true).complaint()).isNotNull();
    assertThat(new Documented(Path.of("page"), "allocate web1", false).complaint()).isNull();
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
            found.add(new Documented(page.getFileName(), words, block));
          }
        }
      }
    }
    return found;
  }

  private static String[] split(String line) {
    return WORD.matcher(line)
        .results()
        .map(word -> word.group().replaceAll("^['\"]|['\"]$", ""))
        .toArray(String[]::new);
  }
}
