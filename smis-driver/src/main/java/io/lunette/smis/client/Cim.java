/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMDataType;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;
import org.metricshub.wbem.javax.cim.CIMProperty;
import org.metricshub.wbem.javax.cim.UnsignedInteger16;
import org.metricshub.wbem.javax.cim.UnsignedInteger64;

/**
 * Reads CIM values as arrays send them, and makes those that methods take. What is absent, NULL or
 * of another type than the schema says reads as absent: arrays leave properties out.
 */
final class Cim {

  private Cim() {}

  static Optional<String> text(CIMInstance instance, String property) {
    Object value = instance.getPropertyValue(property);
    return value instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
  }

  static OptionalLong number(CIMInstance instance, String property) {
    return number(instance.getPropertyValue(property));
  }

  /** A number, also from an array that does not say of which type it is. */
  static OptionalLong number(Object value) {
    if (value instanceof UnsignedInteger64 wide) {
      BigInteger exact = wide.bigIntegerValue();
      return OptionalLong.of(exact.min(BigInteger.valueOf(Long.MAX_VALUE)).longValue());
    }
    if (value instanceof String text) {
      return text.matches("\\d{1,18}")
          ? OptionalLong.of(Long.parseLong(text))
          : OptionalLong.empty();
    }
    return value instanceof Number number
        ? OptionalLong.of(number.longValue())
        : OptionalLong.empty();
  }

  static boolean flag(CIMInstance instance, String property, boolean otherwise) {
    return instance.getPropertyValue(property) instanceof Boolean value ? value : otherwise;
  }

  /** An array of numbers; empty if it is absent. */
  static List<Integer> numbers(CIMInstance instance, String property) {
    return numbers(instance.getPropertyValue(property)).stream().map(Long::intValue).toList();
  }

  /** Several numbers, or one where an array sends no array. */
  static List<Long> numbers(Object value) {
    List<Long> all = new ArrayList<>();
    for (Object each : value instanceof Object[] values ? values : new Object[] {value}) {
      number(each).ifPresent(all::add);
    }
    return all;
  }

  static List<String> texts(CIMInstance instance, String property) {
    List<String> all = new ArrayList<>();
    if (instance.getPropertyValue(property) instanceof Object[] values) {
      for (Object value : values) {
        if (value instanceof String text) {
          all.add(text);
        }
      }
    }
    return all;
  }

  /** A reference, without the host in it. */
  static Optional<CIMObjectPath> reference(CIMInstance instance, String property) {
    return instance.getPropertyValue(property) instanceof CIMObjectPath path
        ? Optional.of(local(path))
        : Optional.empty();
  }

  static Optional<CIMObjectPath> reference(Object value) {
    if (value instanceof CIMObjectPath path) {
      return Optional.of(local(path));
    }
    return value instanceof Object[] several && several.length > 0
        ? reference(several[0])
        : Optional.empty();
  }

  /** The path without scheme, host and port: what one array calls itself changes. */
  static CIMObjectPath local(CIMObjectPath path) {
    return new CIMObjectPath(
        null, null, null, path.getNamespace(), path.getObjectName(), path.getKeys());
  }

  /** The same path in a namespace, where it names none. */
  static CIMObjectPath in(String namespace, CIMObjectPath path) {
    return path.getNamespace() == null || path.getNamespace().isEmpty()
        ? new CIMObjectPath(null, null, null, namespace, path.getObjectName(), path.getKeys())
        : local(path);
  }

  /** What identifies the object: its keys, whatever their order, case and class prefix. */
  static String identity(CIMObjectPath path) {
    TreeMap<String, String> keys = new TreeMap<>();
    for (CIMProperty<?> key : path.getKeys()) {
      String name = key.getName().toLowerCase(Locale.ROOT);
      if (!name.endsWith("creationclassname")) {
        Object value = key.getValue();
        keys.put(name, value instanceof CIMObjectPath inner ? identity(inner) : "" + value);
      }
    }
    return keys.toString();
  }

  /** The same, told apart by class: endpoints of several layers may share a name. */
  static String typedIdentity(CIMObjectPath path) {
    String name = path.getObjectName().toLowerCase(Locale.ROOT);
    return name.substring(name.indexOf('_') + 1) + identity(path);
  }

  static boolean same(CIMObjectPath one, CIMObjectPath other) {
    return identity(one).equals(identity(other));
  }

  static Optional<String> key(CIMObjectPath path, String name) {
    for (CIMProperty<?> key : path.getKeys()) {
      if (key.getName().equalsIgnoreCase(name) && key.getValue() != null) {
        return Optional.of(key.getValue().toString());
      }
    }
    return Optional.empty();
  }

  static CIMArgument<?> text(String name, String value) {
    return new CIMArgument<>(name, CIMDataType.STRING_T, value);
  }

  static CIMArgument<?> texts(String name, String... values) {
    return new CIMArgument<>(name, CIMDataType.STRING_ARRAY_T, values);
  }

  static CIMArgument<?> uint16(String name, int value) {
    return new CIMArgument<>(name, CIMDataType.UINT16_T, new UnsignedInteger16(value));
  }

  static CIMArgument<?> uint16s(String name, int... values) {
    UnsignedInteger16[] all = new UnsignedInteger16[values.length];
    for (int i = 0; i < values.length; i++) {
      all[i] = new UnsignedInteger16(values[i]);
    }
    return new CIMArgument<>(name, CIMDataType.UINT16_ARRAY_T, all);
  }

  static CIMArgument<?> uint64(String name, long value) {
    return new CIMArgument<>(
        name, CIMDataType.UINT64_T, new UnsignedInteger64(BigInteger.valueOf(value)));
  }

  static CIMArgument<?> flag(String name, boolean value) {
    return new CIMArgument<>(name, CIMDataType.BOOLEAN_T, value);
  }

  static CIMArgument<?> reference(String name, CIMObjectPath value) {
    return new CIMArgument<>(name, new CIMDataType(value.getObjectName()), value);
  }

  static CIMArgument<?> references(String name, CIMObjectPath... values) {
    return new CIMArgument<>(name, new CIMDataType(values[0].getObjectName(), 0), values);
  }
}
