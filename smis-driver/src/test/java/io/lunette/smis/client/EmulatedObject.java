/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A CIM instance of the emulated array: typed properties, some of them keys. */
final class EmulatedObject {

  /** A typed value: text, number, flag, reference, or a list of those. */
  record Value(String type, Object value) {}

  /** Where an object is: class and keys, values as text or as paths. */
  record Path(String className, Map<String, Object> keys) {

    String identity() {
      StringBuilder text = new StringBuilder();
      new java.util.TreeMap<>(keys)
          .forEach(
              (name, value) ->
                  text.append(name)
                      .append('=')
                      .append(value instanceof Path path ? path.identity() : value)
                      .append(';'));
      return text.toString();
    }
  }

  final String className;
  final String cimClass;
  final List<String> keys = new ArrayList<>();
  final Map<String, Value> properties = new LinkedHashMap<>();

  EmulatedObject(String prefix, String cimClass) {
    this.cimClass = cimClass;
    this.className = cimClass.replaceFirst("^CIM", prefix);
  }

  EmulatedObject key(String name, String value) {
    keys.add(name);
    return text(name, value);
  }

  EmulatedObject key(String name, Path value) {
    keys.add(name);
    return put(name, "reference", value);
  }

  EmulatedObject text(String name, String value) {
    return put(name, "string", value);
  }

  EmulatedObject flag(String name, boolean value) {
    return put(name, "boolean", value);
  }

  EmulatedObject uint16(String name, long value) {
    return put(name, "uint16", value);
  }

  EmulatedObject uint64(String name, long value) {
    return put(name, "uint64", value);
  }

  EmulatedObject uint16s(String name, List<Integer> values) {
    return put(name, "uint16", values);
  }

  EmulatedObject texts(String name, List<String> values) {
    return put(name, "string", values);
  }

  EmulatedObject put(String name, String type, Object value) {
    properties.put(name, new Value(type, value));
    return this;
  }

  Path path() {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String key : keys) {
      values.put(key, properties.get(key).value());
    }
    return new Path(className, values);
  }
}
