/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/**
 * Kills a core at the n-th changing call of its catalog, driver or masking: before the call has
 * done anything, or after it has done it and before its caller hears of it. Once killed, every call
 * fails, so nothing goes on that a dead process could not do.
 */
final class Faults {

  /** What a killed core sees. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final Set<String> CHANGES =
      Set.of(
          "change",
          "create",
          "seal",
          "clone",
          "copy",
          "erase",
          "delete",
          "map",
          "unmap",
          "authenticate",
          "restart");

  private final int killAt;
  private final boolean afterwards;
  private int calls;
  private boolean dead;

  private Faults(int killAt, boolean afterwards) {
    this.killAt = killAt;
    this.afterwards = afterwards;
  }

  static Faults none() {
    return new Faults(Integer.MAX_VALUE, false);
  }

  static Faults at(int call, boolean afterwards) {
    return new Faults(call, afterwards);
  }

  boolean isDead() {
    return dead;
  }

  <T> T around(Class<T> type, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              boolean last = CHANGES.contains(method.getName()) && ++calls == killAt;
              if (dead || (last && !afterwards)) {
                dead = true;
                throw new Killed();
              }
              try {
                Object result = method.invoke(real, arguments);
                if (last) {
                  dead = true;
                  throw new Killed();
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
