/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with holes: <code>${name}</code> puts a value in, <code>$${</code> is the two characters.
 * There is nothing else: no conditions, no loops, no other files.
 *
 * <p>A value cannot change the structure of the YAML around it. <code>${name}</code> takes only
 * what is safe as a plain scalar wherever it stands, and else ends in an error; <code>${name|quote}
 * </code> gives a double-quoted scalar of any value, <code>${name|base64}</code> its UTF-8 bytes in
 * base64. Immutable.
 */
final class TextTemplate {

  /** What a value may be that stands in YAML as it is. */
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._/@+:-]*[A-Za-z0-9._/@+-])?");

  private static final Pattern HOLE = Pattern.compile("\\$\\$\\{|\\$\\{([^}\\n]*)(\\}?)");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z-]*|meta\\.[A-Za-z0-9_-]{1,63}");
  static final String META = "meta.";

  /** The names that every allocation has values for. */
  static final Set<String> NAMES =
      Set.of("instance-id", "server", "tenant", "image", "image-version", "replica", "initiator");

  /** How a value is written. */
  private enum Filter {
    PLAIN,
    QUOTE,
    BASE64
  }

  private record Part(String text, Optional<Hole> hole) {}

  private record Hole(String name, Filter filter, int line) {}

  private final List<Part> parts;

  private TextTemplate(List<Part> parts) {
    this.parts = parts;
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException what is wrong with it, with the number of the line
   */
  static TextTemplate parse(String text) {
    List<Part> parts = new ArrayList<>();
    Matcher matcher = HOLE.matcher(text);
    int at = 0;
    int line = 1;
    while (matcher.find()) {
      String before = text.substring(at, matcher.start());
      line += (int) before.chars().filter(c -> c == '\n').count();
      boolean escaped = matcher.group(1) == null;
      parts.add(
          new Part(
              escaped ? before + "${" : before,
              escaped ? Optional.empty() : Optional.of(hole(matcher, line))));
      at = matcher.end();
    }
    parts.add(new Part(text.substring(at), Optional.empty()));
    return new TextTemplate(parts);
  }

  private static Hole hole(Matcher matcher, int line) {
    if (matcher.group(2).isEmpty()) {
      throw wrong(line, "'${' has no '}' on its line; write '$${' for the characters themselves");
    }
    String[] words = matcher.group(1).split("\\|", -1);
    String name = words[0];
    if (!NAME.matcher(name).matches() || (!name.startsWith(META) && !NAMES.contains(name))) {
      throw wrong(
          line,
          "there is no variable '"
              + name
              + "'; there are "
              + String.join(", ", NAMES.stream().sorted().toList())
              + " and meta.KEY");
    }
    if (words.length == 1) {
      return new Hole(name, Filter.PLAIN, line);
    }
    return switch (words.length == 2 ? words[1] : "") {
      case "quote" -> new Hole(name, Filter.QUOTE, line);
      case "base64" -> new Hole(name, Filter.BASE64, line);
      default ->
          throw wrong(line, "'${" + matcher.group(1) + "}': behind '|' comes quote or base64");
    };
  }

  private static IllegalArgumentException wrong(int line, String what) {
    return new IllegalArgumentException("line " + line + " of the template: " + what);
  }

  /**
   * The text with all holes filled.
   *
   * @throws IllegalArgumentException if a value is missing, or may not stand where it would
   */
  String render(Function<String, Optional<String>> values) {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      text.append(part.text());
      if (part.hole().isPresent()) {
        Hole hole = part.hole().get();
        String value =
            values
                .apply(hole.name())
                .orElseThrow(() -> wrong(hole.line(), "there is no value of " + hole.name()));
        text.append(written(hole, value));
      }
    }
    return text.toString();
  }

  private static String written(Hole hole, String value) {
    return switch (hole.filter()) {
      case QUOTE -> Yaml.quoted(value);
      case BASE64 -> Yaml.base64(value);
      case PLAIN -> {
        if (!PLAIN.matcher(value).matches()) {
          throw wrong(
              hole.line(),
              "the value of "
                  + hole.name()
                  + " is not safe as it is; write ${"
                  + hole.name()
                  + "|quote}");
        }
        yield value;
      }
    };
  }
}
