/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.MethodDefinition;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.ParameterDefinition;
import io.lunette.smis.cim.xml.CimRequest;
import io.lunette.smis.cim.xml.RawValue;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Model;
import io.lunette.smis.provider.model.Namespaces;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Calls methods of instances. Parameters take the types of the class, whatever the client says;
 * those that the class does not declare, which some clients of one vendor send to all, are passed
 * over.
 */
final class MethodInvoker {

  private final Model model;
  private final Instances instances;

  MethodInvoker(Model model, Instances instances) {
    this.model = model;
    this.instances = instances;
  }

  Answer invoke(Caller caller, Estate estate, CimRequest.Extrinsic request) {
    ObjectPath target = request.target().in(Namespaces.canonical(request.namespace()));
    if (target.keys().isEmpty()) {
      model.schema().get(target.className());
      throw new CimException(
          CimStatus.METHOD_NOT_AVAILABLE,
          "a class has no methods here: call them of an instance, by its path");
    }
    CimInstance there = instances.get(estate, target);
    MethodDefinition method =
        model
            .schema()
            .get(there.className())
            .method(request.method())
            .orElseThrow(
                () ->
                    new CimException(
                        CimStatus.METHOD_NOT_FOUND,
                        there.className() + " has no method '" + request.method() + "'"));
    MethodCall.Handler handler =
        model
            .method(there.className(), method.name())
            .orElseThrow(() -> unavailable(there.className(), method.name()));
    if (!isReading(method)) {
      caller.requireChange(method.name());
    }
    MethodResult result =
        handler.call(
            new MethodCall(
                caller.actor(),
                estate,
                model.schema().pathOf(there),
                parameters(method, request.parameters())));
    return writer -> {
      writer
          .out()
          .open("RETURNVALUE", "PARAMTYPE", method.type().label())
          .leaf("VALUE", Long.toString(result.code()))
          .close();
      result.outputs().forEach((name, value) -> writer.parameter(name, type(method, name), value));
    };
  }

  /** The class has the method; this array does other things with such an instance. */
  private CimException unavailable(String className, String method) {
    List<String> offered = model.methods(className);
    String instead =
        offered.isEmpty()
            ? "an instance of it has no methods here: read it, or call the service that keeps it"
            : "call " + String.join(", ", offered);
    return new CimException(
        CimStatus.METHOD_NOT_AVAILABLE,
        "this array does not offer " + className + "." + method + "; " + instead);
  }

  private static boolean isReading(MethodDefinition method) {
    return method.name().startsWith("Get") || method.name().startsWith("Convert");
  }

  private static io.lunette.smis.cim.CimType type(MethodDefinition method, String name) {
    return method.parameter(name).orElseThrow().type();
  }

  private static Map<String, Object> parameters(MethodDefinition method, Map<String, Object> raw) {
    Map<String, Object> typed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (ParameterDefinition parameter : method.parameters()) {
      Object value = raw.get(parameter.name());
      if (value != null && parameter.in()) {
        typed.put(
            parameter.name(),
            RawValue.typed(parameter.name(), parameter.type(), parameter.array(), value));
      }
    }
    return typed;
  }
}
