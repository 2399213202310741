/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An instance: its class and the values of its properties by name, whatever the case. A value is
 * one of {@link CimType}, a list of such, or an instance that is embedded. What the class declares
 * and is not set is NULL. Built by one thread, then only read.
 */
public final class CimInstance {

  private final String namespace;
  private final String className;
  private final TreeMap<String, Object> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  public CimInstance(String namespace, String className) {
    this.namespace = namespace;
    this.className = className;
  }

  /** Sets a property; null leaves it NULL. */
  public CimInstance set(String property, Object value) {
    if (value instanceof Optional<?> optional) {
      return set(property, optional.orElse(null));
    }
    if (value != null) {
      values.put(property, value instanceof Integer number ? (Object) number.longValue() : value);
    }
    return this;
  }

  /** Sets a property to a list of numbers. */
  public CimInstance numbers(String property, long... list) {
    return set(property, java.util.Arrays.stream(list).boxed().toList());
  }

  /** Where it lives. */
  public String namespace() {
    return namespace;
  }

  /** Of which class it is. */
  public String className() {
    return className;
  }

  /** A value, or null. */
  public Object get(String property) {
    return values.get(property);
  }

  /** A value as text, or "" if it is NULL. */
  public String text(String property) {
    Object value = values.get(property);
    return value == null ? "" : CimType.format(value);
  }

  /** A list, empty if it is NULL. */
  public List<?> list(String property) {
    return values.get(property) instanceof List<?> list ? list : List.of();
  }

  /** All that is set. */
  public Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }

  @Override
  public String toString() {
    return className + values;
  }
}
