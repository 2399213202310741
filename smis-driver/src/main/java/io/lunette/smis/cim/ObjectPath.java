/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The path of an instance (DSP0004 §8): namespace, class and key bindings. A key's value is a text
 * or, in an association, another path. Two paths are equal if class and keys are, whatever the
 * order and the case of names; the namespace does not count, as one server has several names for
 * one. Immutable.
 */
public final class ObjectPath {

  private final String namespace;
  private final String className;
  private final Map<String, Object> keys;
  private final String canonical;

  private ObjectPath(String namespace, String className, TreeMap<String, Object> keys) {
    this.namespace = namespace;
    this.className = className;
    this.keys = Collections.unmodifiableSortedMap(keys);
    this.canonical = canonical();
  }

  /** A path with those keys: texts, numbers and booleans (kept as text) or paths. */
  public static ObjectPath of(String namespace, String className, Map<String, ?> keys) {
    TreeMap<String, Object> kept = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    keys.forEach(
        (name, value) ->
            kept.put(name, value instanceof ObjectPath ? value : CimType.format(value)));
    return new ObjectPath(namespace, className, kept);
  }

  private String canonical() {
    StringBuilder text = new StringBuilder(className.toLowerCase(Locale.ROOT));
    keys.forEach(
        (name, value) -> {
          String shown = value instanceof ObjectPath path ? path.canonical : value.toString();
          text.append('\u0001').append(name.toLowerCase(Locale.ROOT)).append('\u0002');
          text.append(shown.length()).append('\u0002').append(shown);
        });
    return text.toString();
  }

  /** Where it is; empty if the path did not say. */
  public String namespace() {
    return namespace;
  }

  /** Of which class. */
  public String className() {
    return className;
  }

  /** The keys by name, in the order of the names, which are found in whatever case. */
  public Map<String, Object> keys() {
    return keys;
  }

  /** A key that is a text, or "" without it. */
  public String key(String name) {
    return keys.get(name) instanceof String text ? text : "";
  }

  /** The same object in a namespace. */
  public ObjectPath in(String other) {
    return other.equals(namespace) ? this : of(other, className, keys);
  }

  /** The same keys of another class. */
  public ObjectPath as(String otherClass) {
    return of(namespace, otherClass, keys);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ObjectPath that && canonical.equals(that.canonical);
  }

  @Override
  public int hashCode() {
    return canonical.hashCode();
  }

  /** As people write it: {@code root/x:Class.Key="value"}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(namespace);
    text.append(namespace.isEmpty() ? "" : ":").append(className);
    char separator = '.';
    for (Map.Entry<String, Object> key : keys.entrySet()) {
      text.append(separator).append(key.getKey()).append("=\"");
      text.append(key.getValue().toString().replace("\\", "\\\\").replace("\"", "\\\""));
      text.append('"');
      separator = ',';
    }
    return text.toString();
  }
}
