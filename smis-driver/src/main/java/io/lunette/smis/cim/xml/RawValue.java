/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.CimType;
import io.lunette.smis.cim.ObjectPath;
import java.util.List;
import java.util.Objects;

/**
 * Gives values of requests the types that their declarations have; what clients say does not count.
 */
public final class RawValue {

  private RawValue() {}

  /**
   * The value of a property or parameter, null if it is NULL. A single value will do for a list.
   *
   * @param name said in the message of a refusal
   * @throws CimException TYPE_MISMATCH
   */
  public static Object typed(String name, CimType type, boolean array, Object raw) {
    if (raw == null) {
      return null;
    }
    if (array) {
      List<?> list = raw instanceof List<?> several ? several : List.of(raw);
      return list.stream().filter(Objects::nonNull).map(each -> single(name, type, each)).toList();
    }
    if (raw instanceof List<?>) {
      throw mismatch(name, "one value, not a list");
    }
    return single(name, type, raw);
  }

  private static Object single(String name, CimType type, Object raw) {
    if (type == CimType.REFERENCE) {
      if (raw instanceof ObjectPath) {
        return raw;
      }
      throw mismatch(name, "a reference");
    }
    if (raw instanceof String text) {
      return type.parse(text);
    }
    if (type == CimType.STRING && raw instanceof RawInstance) {
      return raw;
    }
    throw mismatch(name, "a " + type.label());
  }

  private static CimException mismatch(String name, String wanted) {
    return new CimException(CimStatus.TYPE_MISMATCH, "'" + name + "' has to be " + wanted);
  }
}
