/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.report;

import java.util.ArrayList;
import java.util.List;

/** Rows under titles: the first column to the left, all others to the right. */
public final class TextTable {

  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these titles. */
  public TextTable(String... titles) {
    rows.add(List.of(titles));
  }

  /** Adds a row, as long as the titles. */
  public TextTable row(String... cells) {
    if (cells.length != rows.get(0).size()) {
      throw new IllegalArgumentException(cells.length + " cells");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** The lines, each with its newline. */
  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + padding : "  " + padding + row.get(i));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
