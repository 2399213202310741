/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.config.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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

  /** A column of bytes; a mark where they are not known. */
  Table size(String title, String field) {
    return add(title, true, row -> size(row.at("/" + field)));
  }

  private static String size(JsonNode bytes) {
    return bytes.isNull() ? "?" : new ByteSize(bytes.asLong()).forPeople();
  }

  /** A column of what is made of a row. */
  Table cell(String title, boolean right, Function<JsonNode, String> cell) {
    return add(title, right, cell);
  }

  private Table add(String title, boolean right, Function<JsonNode, String> cell) {
    columns.add(new Column(title, right, cell));
    return this;
  }

  /** A column for each field that a row has, under its name. */
  static Table of(JsonNode rows) {
    Set<String> names = new LinkedHashSet<>();
    rows.forEach(row -> row.fieldNames().forEachRemaining(names::add));
    Table table = new Table();
    names.forEach(name -> table.text(name, name));
    return table;
  }

  /** A value within a line: the values of a list with commas between, fields with their names. */
  static String plain(JsonNode node) {
    if (node.isContainerNode() && !node.isEmpty()) {
      return node.isArray()
          ? node.valueStream().map(Table::plain).collect(joining(", "))
          : node.propertyStream()
              .map(field -> field.getKey() + " " + plain(field.getValue()))
              .collect(joining(", "));
    }
    return node.isValueNode() && !node.isNull() ? node.asText() : "-";
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
