/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import io.lunette.smis.cim.CimType;
import io.lunette.smis.cim.ClassDefinition;
import io.lunette.smis.cim.MethodDefinition;
import io.lunette.smis.cim.ParameterDefinition;
import io.lunette.smis.cim.PropertyDefinition;
import java.util.Collection;

/** Writes classes: DSP0201 CLASS. Used by one thread. */
public final class ClassXmlWriter {

  /**
   * How much of a class is wanted (DSP0200 GetClass).
   *
   * @param local only what the class declares itself
   * @param qualifiers keys, associations and directions of parameters
   * @param origins which class declares each feature
   */
  public record Choice(boolean local, boolean qualifiers, boolean origins) {}

  private final XmlOut out;
  private final Choice choice;

  public ClassXmlWriter(XmlOut out, Choice choice) {
    this.out = out;
    this.choice = choice;
  }

  /** CLASS. */
  public void write(ClassDefinition definition) {
    out.open(
        "CLASS", "NAME", definition.name(), "SUPERCLASS", definition.superclass().orElse(null));
    qualifier("Association", definition.association());
    qualifier("Indication", definition.indication());
    for (PropertyDefinition property : definition.properties()) {
      if (isWanted(definition, property.origin())) {
        property(property);
      }
    }
    for (MethodDefinition method : definition.methods()) {
      if (isWanted(definition, method.origin())) {
        method(method);
      }
    }
    out.close();
  }

  private boolean isWanted(ClassDefinition definition, String origin) {
    return !choice.local() || origin.equals(definition.name());
  }

  private String origin(String name) {
    return choice.origins() ? name : null;
  }

  private void property(PropertyDefinition property) {
    if (property.type() == CimType.REFERENCE) {
      out.open(
          "PROPERTY.REFERENCE",
          "NAME",
          property.name(),
          "REFERENCECLASS",
          property.referenceClass(),
          "CLASSORIGIN",
          origin(property.origin()));
    } else {
      out.open(
          property.array() ? "PROPERTY.ARRAY" : "PROPERTY",
          "NAME",
          property.name(),
          "TYPE",
          property.type().label(),
          "CLASSORIGIN",
          origin(property.origin()));
    }
    qualifier("Key", property.key());
    qualifier("EmbeddedObject", property.embedded());
    qualifier("ValueMap", property.values().keySet());
    qualifier("Values", property.values().values());
    out.close();
  }

  private void method(MethodDefinition method) {
    out.open(
        "METHOD",
        "NAME",
        method.name(),
        "TYPE",
        method.type().label(),
        "CLASSORIGIN",
        origin(method.origin()));
    for (ParameterDefinition parameter : method.parameters()) {
      boolean reference = parameter.type() == CimType.REFERENCE;
      out.open(
          "PARAMETER"
              + (reference
                  ? (parameter.array() ? ".REFARRAY" : ".REFERENCE")
                  : (parameter.array() ? ".ARRAY" : "")),
          "NAME",
          parameter.name(),
          reference ? "REFERENCECLASS" : "TYPE",
          reference ? parameter.referenceClass() : parameter.type().label());
      qualifier("In", parameter.in());
      qualifier("Out", parameter.out());
      out.close();
    }
    out.close();
  }

  private void qualifier(String name, Collection<String> values) {
    if (choice.qualifiers() && !values.isEmpty()) {
      out.open("QUALIFIER", "NAME", name, "TYPE", "string").open("VALUE.ARRAY");
      values.forEach(value -> out.leaf("VALUE", value));
      out.close(2);
    }
  }

  private void qualifier(String name, boolean holds) {
    if (choice.qualifiers() && holds) {
      out.open("QUALIFIER", "NAME", name, "TYPE", "boolean").leaf("VALUE", "TRUE").close();
    }
  }
}
