/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.model;

import io.lunette.smis.cim.ObjectPath;
import java.util.Map;

/**
 * Two things that belong together.
 *
 * @param left under the association's first role
 * @param right under its second
 * @param properties what the association says besides
 */
public record Link(ObjectPath left, ObjectPath right, Map<String, Object> properties) {

  /** Without more to say. */
  public Link(ObjectPath left, ObjectPath right) {
    this(left, right, Map.of());
  }

  /** Whether it has that end. */
  boolean touches(ObjectPath end) {
    return left.equals(end) || right.equals(end);
  }
}
