/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The canonical form of JSON of RFC 8785: no white space, members sorted by UTF-16 code units,
 * strings escaped no more than they must be, UTF-8. Numbers are integers that a double holds
 * exactly; others are refused, so that no two readers can see two values.
 */
final class CanonicalJson {

  /** 2^53 - 1 (RFC 8785 §3.2.2.3, RFC 7493 §2.2). */
  private static final long INTEGER_MAX = (1L << 53) - 1;

  private CanonicalJson() {}

  /**
   * The bytes of a value.
   *
   * @throws IllegalArgumentException if it has no canonical form here
   */
  static byte[] bytes(JsonNode node) {
    StringBuilder text = new StringBuilder();
    write(node, text);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void write(JsonNode node, StringBuilder text) {
    switch (node.getNodeType()) {
      case OBJECT -> writeObject(node, text);
      case ARRAY -> writeArray(node, text);
      case STRING -> writeString(node.textValue(), text);
      case NUMBER -> text.append(integer(node));
      case BOOLEAN, NULL -> text.append(node.asText());
      case BINARY, MISSING, POJO ->
          throw new IllegalArgumentException("no JSON value: " + node.getNodeType());
    }
  }

  private static void writeObject(JsonNode node, StringBuilder text) {
    Map<String, JsonNode> sorted = new TreeMap<>();
    node.properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
    char before = '{';
    for (Map.Entry<String, JsonNode> field : sorted.entrySet()) {
      text.append(before);
      writeString(field.getKey(), text);
      text.append(':');
      write(field.getValue(), text);
      before = ',';
    }
    text.append(sorted.isEmpty() ? "{}" : "}");
  }

  private static void writeArray(JsonNode node, StringBuilder text) {
    char before = '[';
    for (JsonNode element : node) {
      text.append(before);
      write(element, text);
      before = ',';
    }
    text.append(node.isEmpty() ? "[]" : "]");
  }

  private static long integer(JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new IllegalArgumentException("not an integer: " + node);
    }
    long value = node.longValue();
    if (value > INTEGER_MAX || value < -INTEGER_MAX) {
      throw new IllegalArgumentException("an integer beyond 2^53: " + value);
    }
    return value;
  }

  private static void writeString(String value, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isSurrogate(c)) {
        int point = value.codePointAt(i);
        if (Character.isBmpCodePoint(point)) {
          throw new IllegalArgumentException("half a surrogate pair in a text");
        }
        text.appendCodePoint(point);
        i++;
      } else {
        writeChar(c, text);
      }
    }
    text.append('"');
  }

  private static void writeChar(char c, StringBuilder text) {
    switch (c) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case '\b' -> text.append("\\b");
      case '\t' -> text.append("\\t");
      case '\n' -> text.append("\\n");
      case '\f' -> text.append("\\f");
      case '\r' -> text.append("\\r");
      default -> {
        if (c < 0x20) {
          text.append("\\u00" + HexFormat.of().toHexDigits((byte) c));
        } else {
          text.append(c);
        }
      }
    }
  }
}
