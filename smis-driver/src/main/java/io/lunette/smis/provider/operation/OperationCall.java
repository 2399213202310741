/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.CimType;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.xml.PropertyChoice;
import io.lunette.smis.provider.model.Estate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A call of an operation and readers of its parameters, which refuse with INVALID_PARAMETER.
 *
 * @param caller who asks
 * @param estate the appliance now
 * @param namespace canonical
 * @param parameters as the client wrote them, by name in whatever case
 */
record OperationCall(
    Caller caller, Estate estate, String namespace, Map<String, Object> parameters) {

  /** The name of a class that must be given. */
  String className(String parameter) {
    return findClass(parameter).orElseThrow(() -> missing(parameter));
  }

  /** The name of a class, if it is given. */
  Optional<String> findClass(String parameter) {
    Object value = parameters.get(parameter);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof ObjectPath path) {
      return Optional.of(path.className());
    }
    if (value instanceof String text && !text.isEmpty()) {
      return Optional.of(text);
    }
    throw wrong(parameter);
  }

  /** The path of an instance, in the namespace of the call unless it says another. */
  ObjectPath path(String parameter) {
    if (parameters.get(parameter) instanceof ObjectPath path) {
      return path.namespace().isEmpty() ? path.in(namespace) : path;
    }
    throw parameters.get(parameter) == null ? missing(parameter) : wrong(parameter);
  }

  boolean flag(String parameter, boolean otherwise) {
    return text(parameter).map(text -> (Boolean) CimType.BOOLEAN.parse(text)).orElse(otherwise);
  }

  OptionalLong number(String parameter) {
    Optional<String> text = text(parameter);
    return text.isPresent()
        ? OptionalLong.of((Long) CimType.UINT32.parse(text.get()))
        : OptionalLong.empty();
  }

  Optional<String> text(String parameter) {
    Object value = parameters.get(parameter);
    if (value == null || value instanceof String) {
      return Optional.ofNullable((String) value);
    }
    throw wrong(parameter);
  }

  /** A list of names; null if it is not given, which is not the same as an empty one. */
  List<String> names(String parameter) {
    Object value = parameters.get(parameter);
    if (value == null) {
      return null;
    }
    if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    throw wrong(parameter);
  }

  /** PropertyList and IncludeClassOrigin. */
  PropertyChoice choice() {
    return PropertyChoice.of(names("PropertyList"), flag("IncludeClassOrigin", false));
  }

  private static CimException missing(String parameter) {
    return new CimException(
        CimStatus.INVALID_PARAMETER, "the parameter " + parameter + " is missing");
  }

  private static CimException wrong(String parameter) {
    return new CimException(
        CimStatus.INVALID_PARAMETER, "the parameter " + parameter + " is of the wrong kind");
  }
}
