/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What docs/on-disk-format.md says: its tables, each named by the head of its last column. */
final class FormatPage {

  private static final Path PAGE = Path.of("..", "docs", "on-disk-format.md");

  private final String prose;
  private final Map<String, List<List<String>>> tables = new LinkedHashMap<>();

  private FormatPage(String text) {
    this.prose = text.replaceAll("\\s+", " ");
    List<List<String>> table = null;
    for (String line : text.lines().toList()) {
      if (!line.startsWith("|")) {
        table = null;
        continue;
      }
      List<String> cells = Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList();
      if (table == null) {
        table = new ArrayList<>();
        if (tables.put(cells.get(cells.size() - 1), table) != null) {
          throw new AssertionError("two tables of: " + line);
        }
      } else if (!line.startsWith("| ---")) {
        table.add(cells);
      }
    }
  }

  static FormatPage read() throws IOException {
    return new FormatPage(Files.readString(PAGE));
  }

  /** The text on one line. */
  String prose() {
    return prose;
  }

  /** The number that the first group of the expression stands for in {@link #prose}. */
  int number(String expression) {
    Matcher found = Pattern.compile(expression).matcher(prose);
    if (!found.find()) {
      throw new AssertionError("the page does not say: " + expression);
    }
    return Integer.parseInt(found.group(1));
  }

  /** A field: where it begins and how long it is, in bytes or words; a size of -1 is "the rest". */
  record Field(int at, int size, String what) {

    int end() {
      return at + size;
    }
  }

  List<Field> fields(String table) {
    return rows(table).stream()
        .map(
            row ->
                new Field(
                    Integer.parseInt(row.get(0)),
                    row.get(1).equals("..") ? -1 : Integer.parseInt(row.get(1)),
                    row.get(2)))
        .toList();
  }

  /** The field that is described so, or whose description begins so. */
  Field field(String table, String what) {
    List<Field> exact = fields(table).stream().filter(f -> f.what.equals(what)).toList();
    return exact.isEmpty()
        ? only(fields(table).stream().filter(f -> f.what.startsWith(what)).toList(), table, what)
        : only(exact, table, what);
  }

  /** Each field begins where the one before it ends, and the first at 0. */
  void requireNoGaps(String table) {
    int end = 0;
    for (Field field : fields(table)) {
      if (field.at != end) {
        throw new AssertionError(field.what + " begins at " + field.at + ", not at " + end);
      }
      end = field.end();
    }
  }

  /** The parts of a word that has nothing else. */
  void requireWholeWord(String table) {
    int next = 0;
    for (Bits bits : bits(table)) {
      if (bits.first != next) {
        throw new AssertionError(bits.what + " begins at bit " + bits.first + ", not " + next);
      }
      next = bits.last + 1;
    }
    if (next != Long.SIZE) {
      throw new AssertionError(table + " ends with bit " + (next - 1));
    }
  }

  /** Some bits of a word. */
  record Bits(int first, int last, String what) {

    long of(long word) {
      return word << (Long.SIZE - 1 - last) >>> (Long.SIZE - 1 - last + first);
    }
  }

  List<Bits> bits(String table) {
    return rows(table).stream()
        .map(
            row -> {
              String[] ends = row.get(0).split("-");
              int first = Integer.parseInt(ends[0]);
              return new Bits(
                  first, ends.length == 1 ? first : Integer.parseInt(ends[1]), row.get(1));
            })
        .toList();
  }

  /** The bits whose description begins so. */
  Bits bits(String table, String what) {
    return only(bits(table).stream().filter(b -> b.what.startsWith(what)).toList(), table, what);
  }

  /** Names, up to their colon, by their numbers: codes of states, flag bits, indexes. */
  Map<String, Integer> codes(String table) {
    Map<String, Integer> codes = new LinkedHashMap<>();
    for (List<String> row : rows(table)) {
      codes.put(row.get(1).replaceFirst(":.*", ""), Integer.parseInt(row.get(0)));
    }
    return codes;
  }

  /** Codes of the kinds of trees. */
  Map<String, Integer> kinds() {
    Map<String, Integer> kinds = new LinkedHashMap<>();
    for (List<String> row : rows("index → word")) {
      kinds.put(row.get(0), Integer.parseInt(row.get(1)));
    }
    return kinds;
  }

  private List<List<String>> rows(String table) {
    List<List<String>> rows = tables.get(table);
    if (rows == null) {
      throw new AssertionError("the page has no table of: " + table);
    }
    return rows;
  }

  private static <T> T only(List<T> found, String table, String what) {
    if (found.size() != 1) {
      throw new AssertionError(what + " is not one " + table + ": " + found);
    }
    return found.get(0);
  }
}
