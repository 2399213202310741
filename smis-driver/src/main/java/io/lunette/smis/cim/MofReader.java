/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads classes from the part of MOF (DSP0004 §7) that describes them: qualifiers {@code Key},
 * {@code Association}, {@code Indication}, {@code EmbeddedObject}, {@code In}, {@code Out}, and
 * {@code ValueMap} with {@code Values} in braces; properties and methods. An empty qualifier list
 * and a parameter without one mean {@code In}. A property that a superclass has too is a narrowing
 * of it. Superclasses come first. Used by one thread.
 */
public final class MofReader {

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s+|//[^\\n]*|(?<token>[A-Za-z_][A-Za-z0-9_]*|\"[^\"\\n]*\"|[\\[\\](){}:;,])");

  private final Map<String, ClassDefinition> classes = new LinkedHashMap<>();
  private List<String> tokens = List.of();
  private int at;

  /**
   * Reads more classes.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public MofReader read(String mof) {
    tokens = tokens(mof);
    at = 0;
    while (at < tokens.size()) {
      readClass();
    }
    return this;
  }

  /** What was read. */
  public Schema schema() {
    return new Schema(List.copyOf(classes.values()));
  }

  private static List<String> tokens(String mof) {
    List<String> found = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(mof);
    int end = 0;
    while (end < mof.length()) {
      if (!matcher.find(end) || matcher.start() != end) {
        throw new IllegalArgumentException(
            "no MOF at '" + mof.substring(end, Math.min(end + 30, mof.length())) + "'");
      }
      if (matcher.group("token") != null) {
        found.add(matcher.group("token"));
      }
      end = matcher.end();
    }
    return found;
  }

  private void readClass() {
    Set<String> qualifiers = qualifiers().keySet();
    expect("class");
    String name = next();
    Optional<ClassDefinition> parent = Optional.empty();
    if (accept(":")) {
      String superclass = next();
      parent = Optional.of(known(superclass, name));
    }
    Map<String, PropertyDefinition> properties = new LinkedHashMap<>();
    Map<String, MethodDefinition> methods = new LinkedHashMap<>();
    parent.ifPresent(
        from -> {
          from.properties().forEach(each -> properties.put(folded(each.name()), each));
          from.methods().forEach(each -> methods.put(folded(each.name()), each));
        });
    expect("{");
    while (!accept("}")) {
      readFeature(name, properties, methods);
    }
    expect(";");
    boolean association =
        qualifiers.contains("association")
            || parent.map(ClassDefinition::association).orElse(false);
    boolean indication =
        qualifiers.contains("indication") || parent.map(ClassDefinition::indication).orElse(false);
    ClassDefinition before =
        classes.put(
            folded(name),
            new ClassDefinition(
                name,
                parent.map(ClassDefinition::name),
                association,
                indication,
                List.copyOf(properties.values()),
                List.copyOf(methods.values())));
    if (before != null) {
      throw new IllegalArgumentException("class " + name + " is declared twice");
    }
  }

  private ClassDefinition known(String superclass, String of) {
    ClassDefinition found = classes.get(folded(superclass));
    if (found == null) {
      throw new IllegalArgumentException(of + " extends " + superclass + ", which is not there");
    }
    return found;
  }

  private void readFeature(
      String owner,
      Map<String, PropertyDefinition> properties,
      Map<String, MethodDefinition> methods) {
    Map<String, List<String>> qualifiers = qualifiers();
    Typed typed = typed();
    if (accept("(")) {
      methods.put(
          folded(typed.name), new MethodDefinition(typed.name, typed.type, parameters(), owner));
      expect(";");
      return;
    }
    boolean array = array();
    expect(";");
    PropertyDefinition inherited = properties.get(folded(typed.name));
    properties.put(
        folded(typed.name),
        new PropertyDefinition(
            typed.name,
            typed.type,
            typed.referenceClass,
            array,
            qualifiers.containsKey("key") || (inherited != null && inherited.key()),
            qualifiers.containsKey("embeddedobject"),
            meanings(qualifiers),
            inherited == null ? owner : inherited.origin()));
  }

  private List<ParameterDefinition> parameters() {
    List<ParameterDefinition> found = new ArrayList<>();
    while (!accept(")")) {
      Set<String> qualifiers = qualifiers().keySet();
      Typed typed = typed();
      boolean array = array();
      boolean out = qualifiers.contains("out");
      found.add(
          new ParameterDefinition(
              typed.name,
              typed.type,
              typed.referenceClass,
              array,
              !out || qualifiers.contains("in"),
              out));
      if (!peek(")")) {
        expect(",");
      }
    }
    return List.copyOf(found);
  }

  private record Typed(CimType type, String referenceClass, String name) {}

  private Typed typed() {
    String type = next();
    if (accept("ref")) {
      return new Typed(CimType.REFERENCE, type, next());
    }
    return new Typed(CimType.of(type), "", next());
  }

  private boolean array() {
    if (!accept("[")) {
      return false;
    }
    expect("]");
    return true;
  }

  private static Map<String, String> meanings(Map<String, List<String>> qualifiers) {
    List<String> values = qualifiers.getOrDefault("valuemap", List.of());
    List<String> meanings = qualifiers.getOrDefault("values", List.of());
    if (values.size() != meanings.size()) {
      throw new IllegalArgumentException(values + " do not mean " + meanings);
    }
    Map<String, String> found = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      found.put(values.get(i), meanings.get(i));
    }
    return Collections.unmodifiableMap(found);
  }

  private List<String> texts() {
    List<String> found = new ArrayList<>();
    if (accept("{")) {
      while (!accept("}")) {
        String text = next();
        if (!text.startsWith("\"")) {
          throw new IllegalArgumentException("'" + text + "' is no text in quotes");
        }
        found.add(text.substring(1, text.length() - 1));
        if (!peek("}")) {
          expect(",");
        }
      }
    }
    return found;
  }

  /** By name in lower case, with the texts that are given. */
  private Map<String, List<String>> qualifiers() {
    Map<String, List<String>> found = new TreeMap<>();
    if (accept("[")) {
      while (!accept("]")) {
        found.put(next().toLowerCase(Locale.ROOT), texts());
        if (!peek("]")) {
          expect(",");
        }
      }
    }
    return found;
  }

  private boolean peek(String token) {
    return at < tokens.size() && tokens.get(at).equalsIgnoreCase(token);
  }

  private boolean accept(String token) {
    boolean there = peek(token);
    at += there ? 1 : 0;
    return there;
  }

  private void expect(String token) {
    if (!accept(token)) {
      throw new IllegalArgumentException(
          "expected '" + token + "' behind " + tokens.subList(Math.max(0, at - 6), at));
    }
  }

  private String next() {
    if (at >= tokens.size()) {
      throw new IllegalArgumentException("the MOF ends in the middle of a class");
    }
    return tokens.get(at++);
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
