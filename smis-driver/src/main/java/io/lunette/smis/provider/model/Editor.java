/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.core.audit.Actor;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import java.util.Set;

/**
 * How clients make, change and delete instances of one class. What is not overridden is refused.
 */
public interface Editor {

  /**
   * Makes an instance; its path.
   *
   * @param wanted its class and what the client set
   */
  default ObjectPath create(Actor actor, Estate estate, CimInstance wanted) {
    throw refused("made", wanted.className());
  }

  /**
   * Changes an instance.
   *
   * @param wanted what the client set
   * @param properties which of them to change, in whatever case
   */
  default void modify(
      Actor actor, Estate estate, ObjectPath path, CimInstance wanted, Set<String> properties) {
    throw refused("changed", path.className());
  }

  /** Deletes an instance that exists. */
  default void delete(Actor actor, Estate estate, ObjectPath path) {
    throw refused("deleted", path.className());
  }

  private static CimException refused(String what, String className) {
    return new CimException(
        CimStatus.NOT_SUPPORTED, "a " + className + " cannot be " + what + " by itself");
  }
}
