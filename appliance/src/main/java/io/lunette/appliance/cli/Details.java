/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** One object as a line for each field. */
final class Details implements Rendering {

  @Override
  public String render(JsonNode object) {
    int width = 0;
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      width = Math.max(width, field.getKey().length());
    }
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      append(text, field.getKey(), field.getValue(), width);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String name, JsonNode value, int width) {
    if (value.isObject()) {
      text.append(name).append('\n');
      new Details().render(value).lines().forEach(line -> text.append("  " + line + "\n"));
      return;
    }
    text.append(name)
        .append(" ".repeat(width - name.length() + 2))
        .append(value.isArray() ? value.toString() : Table.plain(value))
        .append('\n');
  }
}
