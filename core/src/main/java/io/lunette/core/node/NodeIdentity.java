/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.node;

import java.util.Objects;

/**
 * Who an appliance is among those that share its catalog.
 *
 * @param name what it is called; two of one catalog have different names
 * @param key what tells its home from others of the same name; kept in the home, the same for ever
 * @param address where its portal is, for people
 */
public record NodeIdentity(NodeName name, String key, String address) {

  /** The one node of a catalog that nobody shares. */
  public static final NodeIdentity LOCAL = new NodeIdentity(NodeName.LOCAL, "", "");

  public NodeIdentity {
    Objects.requireNonNull(name);
    Objects.requireNonNull(key);
    Objects.requireNonNull(address);
  }
}
