/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.util.List;
import java.util.Optional;

/**
 * An extrinsic method.
 *
 * @param name in the case of the standard
 * @param type of what it returns
 * @param parameters in the order of the standard
 * @param origin the class that declares it first
 */
public record MethodDefinition(
    String name, CimType type, List<ParameterDefinition> parameters, String origin) {

  /** The parameter of that name, in whatever case. */
  public Optional<ParameterDefinition> parameter(String wanted) {
    return parameters.stream().filter(each -> each.name().equalsIgnoreCase(wanted)).findFirst();
  }
}
