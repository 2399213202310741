/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes elements. An empty one has a start and an end tag, since some clients stumble over the
 * short form. Characters that XML 1.0 does not allow are left out. Used by one thread; a failing
 * sink ends in {@link UncheckedIOException}.
 */
public final class XmlOut {

  private final Appendable sink;
  private final Deque<String> open = new ArrayDeque<>();

  public XmlOut(Appendable sink) {
    this.sink = sink;
  }

  /** The declaration that a document begins with. */
  public XmlOut declaration() {
    return raw("<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n");
  }

  /** Begins an element with pairs of attribute and value; a null value leaves the pair out. */
  public XmlOut open(String name, String... attributes) {
    raw("<").raw(name);
    for (int i = 0; i < attributes.length; i += 2) {
      if (attributes[i + 1] != null) {
        raw(" ").raw(attributes[i]).raw("=\"");
        escaped(attributes[i + 1], true);
        raw("\"");
      }
    }
    open.push(name);
    return raw(">");
  }

  /** Ends the element that began last. */
  public XmlOut close() {
    return raw("</").raw(open.pop()).raw(">");
  }

  /** Ends that many elements. */
  public XmlOut close(int elements) {
    for (int i = 0; i < elements; i++) {
      close();
    }
    return this;
  }

  /** An element with nothing but text. */
  public XmlOut leaf(String name, String text, String... attributes) {
    return open(name, attributes).text(text).close();
  }

  /** Text in the element. */
  public XmlOut text(String text) {
    escaped(text, false);
    return this;
  }

  private void escaped(String text, boolean attribute) {
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      String instead = instead(text, i, attribute);
      if (instead != null) {
        raw(text, from, i).raw(instead);
        from = i + 1;
      }
    }
    raw(text, from, text.length());
  }

  /** What stands for the character there, null if it may stand for itself. */
  private static String instead(String text, int at, boolean attribute) {
    char character = text.charAt(at);
    switch (character) {
      case '<':
        return "&lt;";
      case '>':
        return "&gt;";
      case '&':
        return "&amp;";
      case '"':
        return attribute ? "&quot;" : null;
      case '\n':
      case '\t':
        return attribute ? " " : null;
      case '\r':
        return "&#13;";
      default:
        return isAllowed(text, at) ? null : "";
    }
  }

  private static boolean isAllowed(String text, int at) {
    char character = text.charAt(at);
    if (Character.isHighSurrogate(character)) {
      return at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1));
    }
    if (Character.isLowSurrogate(character)) {
      return at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }
    return character >= ' ' && character < '\uFFFE';
  }

  private XmlOut raw(String text) {
    return raw(text, 0, text.length());
  }

  private XmlOut raw(String text, int from, int to) {
    try {
      sink.append(text, from, to);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
