/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.PropertyDefinition;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.cim.xml.CimRequest.NamedInstance;
import io.lunette.smis.cim.xml.PropertyChoice;
import io.lunette.smis.cim.xml.RawInstance;
import io.lunette.smis.cim.xml.RawValue;
import io.lunette.smis.provider.model.Editor;
import io.lunette.smis.provider.model.Model;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Operations on instances by themselves (DSP0200 §5.4.2). LocalOnly is ignored, as DSP0200 wants.
 */
final class InstanceOperations {

  private static final Editor NONE = new Editor() {};

  private final Model model;
  private final Schema schema;
  private final Instances instances;

  InstanceOperations(Model model, Instances instances) {
    this.model = model;
    this.schema = model.schema();
    this.instances = instances;
  }

  Answer get(OperationCall call) {
    CimInstance instance = instances.get(call.estate(), call.path("InstanceName"));
    PropertyChoice choice = call.choice();
    return Answer.returning(writer -> writer.instance(instance, choice));
  }

  Answer enumerate(OperationCall call) {
    String className = call.className("ClassName");
    PropertyChoice choice = choice(call, className);
    Stream<CimInstance> found = instances.ofClass(call.estate(), call.namespace(), className);
    return Answer.returning(
        writer -> found.forEach(instance -> writer.namedInstance(instance, choice)));
  }

  /** Without DeepInheritance only what the class itself knows. */
  private PropertyChoice choice(OperationCall call, String className) {
    if (call.flag("DeepInheritance", true)) {
      return call.choice();
    }
    List<String> known =
        schema.get(className).properties().stream().map(PropertyDefinition::name).toList();
    List<String> wanted = call.names("PropertyList");
    return PropertyChoice.within(known, wanted, call.flag("IncludeClassOrigin", false));
  }

  Answer enumerateNames(OperationCall call) {
    Stream<ObjectPath> found =
        instances.pathsOfClass(call.estate(), call.namespace(), call.className("ClassName"));
    return Answer.returning(writer -> found.forEach(writer::instanceName));
  }

  Answer create(OperationCall call) {
    if (!(call.parameters().get("NewInstance") instanceof RawInstance raw)) {
      throw new CimException(CimStatus.INVALID_PARAMETER, "NewInstance is no instance");
    }
    call.caller().requireChange("CreateInstance");
    CimInstance wanted = raw.typed(schema, call.namespace());
    ObjectPath made =
        editor(wanted.className()).create(call.caller().actor(), call.estate(), wanted);
    return Answer.returning(writer -> writer.instanceName(made));
  }

  Answer modify(OperationCall call) {
    if (!(call.parameters().get("ModifiedInstance") instanceof NamedInstance named)) {
      throw new CimException(CimStatus.INVALID_PARAMETER, "ModifiedInstance is no named instance");
    }
    Set<String> properties = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    List<String> list = call.names("PropertyList");
    properties.addAll(list == null ? named.instance().values().keySet() : list);
    modify(call, named.path(), named.instance(), properties);
    return Answer.EMPTY;
  }

  private void modify(
      OperationCall call, ObjectPath path, RawInstance raw, Set<String> properties) {
    call.caller().requireChange("ModifyInstance");
    CimInstance there = instances.get(call.estate(), path.in(call.namespace()));
    CimInstance wanted =
        new RawInstance(there.className(), raw.values()).typed(schema, call.namespace());
    editor(there.className())
        .modify(call.caller().actor(), call.estate(), schema.pathOf(there), wanted, properties);
  }

  Answer delete(OperationCall call) {
    call.caller().requireChange("DeleteInstance");
    CimInstance there = instances.get(call.estate(), call.path("InstanceName"));
    editor(there.className()).delete(call.caller().actor(), call.estate(), schema.pathOf(there));
    return Answer.EMPTY;
  }

  Answer getProperty(OperationCall call) {
    CimInstance there = instances.get(call.estate(), call.path("InstanceName"));
    PropertyDefinition property = property(call, there);
    Optional<Object> value = Optional.ofNullable(there.get(property.name()));
    return Answer.returning(writer -> value.ifPresent(writer::value));
  }

  Answer setProperty(OperationCall call) {
    ObjectPath path = call.path("InstanceName");
    PropertyDefinition property = property(call, instances.get(call.estate(), path));
    Object value = call.parameters().get("NewValue");
    RawValue.typed(property.name(), property.type(), property.array(), value);
    java.util.Map<String, Object> values = new java.util.HashMap<>();
    values.put(property.name(), value);
    modify(call, path, new RawInstance(path.className(), values), Set.of(property.name()));
    return Answer.EMPTY;
  }

  private PropertyDefinition property(OperationCall call, CimInstance instance) {
    String name = call.text("PropertyName").orElse("");
    return schema
        .get(instance.className())
        .property(name)
        .orElseThrow(
            () ->
                new CimException(
                    CimStatus.NO_SUCH_PROPERTY,
                    instance.className() + " has no property '" + name + "'"));
  }

  private Editor editor(String className) {
    return model.editor(className).orElse(NONE);
  }
}
