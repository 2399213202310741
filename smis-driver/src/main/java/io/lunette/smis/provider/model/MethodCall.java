/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.core.audit.Actor;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A call of an extrinsic method, its parameters typed as the class declares them.
 *
 * @param actor who calls
 * @param estate the appliance as it was before the call
 * @param target the object
 * @param parameters what was given, by name in the case of the class
 */
public record MethodCall(
    Actor actor, Estate estate, ObjectPath target, Map<String, Object> parameters) {

  /** What carries it out. */
  @FunctionalInterface
  public interface Handler {
    MethodResult call(MethodCall call);
  }

  public Optional<String> text(String name) {
    return Optional.ofNullable((String) parameters.get(name)).filter(text -> !text.isEmpty());
  }

  public Optional<ObjectPath> reference(String name) {
    return Optional.ofNullable((ObjectPath) parameters.get(name));
  }

  /** A number; beyond the range of long it can never be right. */
  public OptionalLong number(String name) {
    Object value = parameters.get(name);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (value instanceof Long number) {
      return OptionalLong.of(number);
    }
    throw new CimException(CimStatus.INVALID_PARAMETER, name + " is too large");
  }

  public List<String> texts(String name) {
    return list(name).stream().map(String.class::cast).toList();
  }

  public List<Long> numbers(String name) {
    return list(name).stream().map(Long.class::cast).toList();
  }

  public List<ObjectPath> references(String name) {
    return list(name).stream().map(ObjectPath.class::cast).toList();
  }

  private List<?> list(String name) {
    return parameters.get(name) instanceof List<?> list ? list : List.of();
  }
}
