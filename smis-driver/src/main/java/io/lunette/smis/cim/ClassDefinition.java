/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.util.List;
import java.util.Optional;

/**
 * A class with all that it inherits.
 *
 * @param name in the case of the standard
 * @param superclass what it extends
 * @param association whether its instances associate others
 * @param indication whether its instances are indications
 * @param properties its own and inherited, the oldest first
 * @param methods its own and inherited
 */
public record ClassDefinition(
    String name,
    Optional<String> superclass,
    boolean association,
    boolean indication,
    List<PropertyDefinition> properties,
    List<MethodDefinition> methods) {

  /** The property of that name, in whatever case. */
  public Optional<PropertyDefinition> property(String wanted) {
    return properties.stream().filter(each -> each.name().equalsIgnoreCase(wanted)).findFirst();
  }

  /** The method of that name, in whatever case. */
  public Optional<MethodDefinition> method(String wanted) {
    return methods.stream().filter(each -> each.name().equalsIgnoreCase(wanted)).findFirst();
  }
}
