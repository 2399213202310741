/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ClassDefinition;
import io.lunette.smis.cim.PropertyDefinition;
import io.lunette.smis.cim.Schema;
import java.util.Map;

/**
 * An instance as a client wrote it. A value is a text, an {@link io.lunette.smis.cim.ObjectPath}, a
 * list of those, or null; which type it has only the class says.
 */
public record RawInstance(String className, Map<String, Object> values) {

  /**
   * The instance with the types that its class declares. What it set to NULL is not set.
   *
   * @throws CimException INVALID_CLASS, NO_SUCH_PROPERTY, TYPE_MISMATCH
   */
  public CimInstance typed(Schema schema, String namespace) {
    ClassDefinition definition = schema.get(className);
    CimInstance instance = new CimInstance(namespace, definition.name());
    values.forEach(
        (name, value) -> {
          PropertyDefinition property =
              definition
                  .property(name)
                  .orElseThrow(
                      () ->
                          new CimException(
                              CimStatus.NO_SUCH_PROPERTY,
                              definition.name() + " has no property '" + name + "'"));
          instance.set(
              property.name(), RawValue.typed(name, property.type(), property.array(), value));
        });
    return instance;
  }
}
