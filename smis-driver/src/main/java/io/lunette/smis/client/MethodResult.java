/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * What a method of an array gave back.
 *
 * @param method its name
 * @param code what it returned
 * @param outputs by name, whatever the case
 */
record MethodResult(String method, int code, Map<String, Object> outputs) {

  static MethodResult of(String method, Object code, CIMArgument<?>[] arguments) throws CimFault {
    OptionalLong number = Cim.number(code);
    if (number.isEmpty()) {
      throw new CimFault(
          CimFault.Kind.NO_ANSWER, 0, method + " returned no number but '" + code + "'");
    }
    Map<String, Object> outputs = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (CIMArgument<?> each : arguments) {
      if (each != null && each.getValue() != null) {
        outputs.put(each.getName(), each.getValue());
      }
    }
    return new MethodResult(method, (int) number.getAsLong(), outputs);
  }

  Optional<CIMObjectPath> reference(String name) {
    return Cim.reference(outputs.get(name));
  }

  List<Long> numbers(String name) {
    return Cim.numbers(outputs.get(name));
  }

  OptionalLong number(String name) {
    return Cim.number(outputs.get(name));
  }

  /** A property of an embedded instance that was given back. */
  Optional<String> embedded(String output, String property) {
    Object value = outputs.get(output);
    return value instanceof CIMInstance instance ? Cim.text(instance, property) : Optional.empty();
  }

  CimFault refused() {
    return new CimFault(
        CimFault.Kind.RETURN_CODE,
        code,
        method + " returned " + code + " (" + ReturnCodes.text(code) + ")");
  }
}
