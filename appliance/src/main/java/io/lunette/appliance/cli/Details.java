/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * One object as a line for each field; what lies within is indented, objects in rows as a table.
 */
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
      indent(text, new Details().render(value));
    } else if (value.path(0).isObject()) {
      text.append(name).append('\n');
      indent(text, Table.of(value).render(value));
    } else {
      text.append(name)
          .append(" ".repeat(width - name.length() + 2))
          .append(Table.plain(value))
          .append('\n');
    }
  }

  private static void indent(StringBuilder text, String block) {
    block.lines().forEach(line -> text.append("  ").append(line).append('\n'));
  }
}
