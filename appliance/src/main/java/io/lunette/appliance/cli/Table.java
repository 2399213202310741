/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.config.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * An array of objects as aligned columns under titles: numbers to the right, what is absent as a
 * hyphen. Built once, then immutable.
 */
final class Table implements Rendering {

  private static final String GAP = "  ";

  private final List<Column> columns = new ArrayList<>();

  private record Column(String title, boolean right, Function<JsonNode, String> cell) {}

  /** A column of texts or numbers; {@code field} may go down: {@code policy/ready}. */
  Table text(String title, String field) {
    return add(title, false, row -> plain(row.at("/" + field)));
  }

  /** A column of numbers. */
  Table number(String title, String field) {
    return add(title, true, row -> plain(row.at("/" + field)));
  }

  /** A column with a mark where a field is true. */
  Table mark(String title, String field) {
    return add(title, false, row -> row.at("/" + field).asBoolean() ? "*" : "");
  }

  /** A column of bytes. */
  Table size(String title, String field) {
    return add(title, true, row -> new ByteSize(row.at("/" + field).asLong()).forPeople());
  }

  /** A column of what is made of a row. */
  Table cell(String title, boolean right, Function<JsonNode, String> cell) {
    return add(title, right, cell);
  }

  private Table add(String title, boolean right, Function<JsonNode, String> cell) {
    columns.add(new Column(title, right, cell));
    return this;
  }

  static String plain(JsonNode node) {
    return node.isMissingNode() || node.isNull() ? "-" : node.asText();
  }

  @Override
  public String render(JsonNode rows) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns.stream().map(Column::title).toList());
    for (JsonNode row : rows) {
      lines.add(columns.stream().map(column -> column.cell().apply(row)).toList());
    }
    int[] widths = new int[columns.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(align(line, widths)).append('\n'));
    return text.toString();
  }

  private String align(List<String> line, int[] widths) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - line.get(i).length());
      text.append(i == 0 ? "" : GAP);
      text.append(columns.get(i).right() ? padding + line.get(i) : line.get(i) + padding);
    }
    return text.toString().stripTrailing();
  }
}
