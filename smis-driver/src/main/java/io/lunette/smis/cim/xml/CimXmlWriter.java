/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimType;
import io.lunette.smis.cim.ClassDefinition;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.PropertyDefinition;
import io.lunette.smis.cim.Schema;
import java.util.List;
import java.util.Map;

/**
 * Writes paths, instances and values as DSP0201 has them. Types come from the schema. Used by one
 * thread.
 */
public final class CimXmlWriter {

  private final XmlOut out;
  private final Schema schema;
  private final String host;

  /**
   * Writes to a document.
   *
   * @param host what full paths name as the server
   */
  public CimXmlWriter(XmlOut out, Schema schema, String host) {
    this.out = out;
    this.schema = schema;
    this.host = host;
  }

  /** The document. */
  public XmlOut out() {
    return out;
  }

  /** A bare INSTANCE as text, as an embedded one is written. */
  public static String embedded(Schema schema, CimInstance instance) {
    StringBuilder text = new StringBuilder();
    new CimXmlWriter(new XmlOut(text), schema, "").instance(instance, PropertyChoice.ALL);
    return text.toString();
  }

  public void instanceName(ObjectPath path) {
    out.open("INSTANCENAME", "CLASSNAME", path.className());
    for (Map.Entry<String, Object> key : path.keys().entrySet()) {
      out.open("KEYBINDING", "NAME", key.getKey());
      if (key.getValue() instanceof ObjectPath reference) {
        reference(reference);
      } else {
        out.leaf("KEYVALUE", key.getValue().toString(), "VALUETYPE", "string");
      }
      out.close();
    }
    out.close();
  }

  /** INSTANCEPATH: with server and namespace. */
  public void instancePath(ObjectPath path) {
    out.open("INSTANCEPATH");
    namespacePath(path.namespace());
    instanceName(path);
    out.close();
  }

  private void namespacePath(String namespace) {
    out.open("NAMESPACEPATH").leaf("HOST", host).open("LOCALNAMESPACEPATH");
    for (String part : namespace.split("/")) {
      out.open("NAMESPACE", "NAME", part).close();
    }
    out.close(2);
  }

  private void reference(ObjectPath path) {
    out.open("VALUE.REFERENCE");
    instancePath(path);
    out.close();
  }

  /** VALUE.NAMEDINSTANCE. */
  public void namedInstance(CimInstance instance, PropertyChoice choice) {
    out.open("VALUE.NAMEDINSTANCE");
    instanceName(schema.pathOf(instance));
    instance(instance, choice);
    out.close();
  }

  /** VALUE.OBJECTWITHPATH or VALUE.INSTANCEWITHPATH. */
  public void withPath(String element, CimInstance instance, PropertyChoice choice) {
    out.open(element);
    instancePath(schema.pathOf(instance));
    instance(instance, choice);
    out.close();
  }

  /** INSTANCE: what is set, in the order of the class, and what was asked for by name. */
  public void instance(CimInstance instance, PropertyChoice choice) {
    ClassDefinition definition = schema.get(instance.className());
    out.open("INSTANCE", "CLASSNAME", definition.name());
    int written = 0;
    for (PropertyDefinition property : definition.properties()) {
      Object value = instance.get(property.name());
      written += value == null ? 0 : 1;
      if (choice.includes(property.name(), value != null)) {
        property(property, value, choice.origins());
      }
    }
    if (written != instance.values().size()) {
      throw new IllegalStateException(
          definition.name() + " does not declare all of " + instance.values().keySet());
    }
    out.close();
  }

  private void property(PropertyDefinition property, Object value, boolean origin) {
    String from = origin ? property.origin() : null;
    if (property.type() == CimType.REFERENCE) {
      out.open("PROPERTY.REFERENCE", "NAME", property.name(), "CLASSORIGIN", from);
    } else {
      out.open(
          property.array() ? "PROPERTY.ARRAY" : "PROPERTY",
          "NAME",
          property.name(),
          "TYPE",
          property.type().label(),
          "CLASSORIGIN",
          from,
          "EmbeddedObject",
          property.embedded() ? "object" : null);
    }
    if (value != null) {
      value(value);
    }
    out.close();
  }

  /** VALUE and its kin, whatever the value is. */
  public void value(Object value) {
    if (value instanceof List<?> list) {
      boolean references = !list.isEmpty() && list.get(0) instanceof ObjectPath;
      out.open(references ? "VALUE.REFARRAY" : "VALUE.ARRAY");
      list.forEach(this::value);
      out.close();
    } else if (value instanceof ObjectPath path) {
      reference(path);
    } else if (value instanceof CimInstance instance) {
      out.leaf("VALUE", embedded(schema, instance));
    } else {
      out.leaf("VALUE", CimType.format(value));
    }
  }

  /** PARAMVALUE. */
  public void parameter(String name, CimType type, Object value) {
    boolean embedded =
        value instanceof CimInstance
            || (value instanceof List<?> list
                && !list.isEmpty()
                && list.get(0) instanceof CimInstance);
    out.open(
        "PARAMVALUE",
        "NAME",
        name,
        "PARAMTYPE",
        type.label(),
        "EmbeddedObject",
        embedded ? "object" : null);
    value(value);
    out.close();
  }
}
