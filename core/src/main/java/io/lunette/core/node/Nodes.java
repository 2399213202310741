/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.node;

import io.lunette.core.DomainException;
import java.util.List;

/** The appliances that share the catalog. */
public interface Nodes {

  /** The one that is asked. */
  NodeName self();

  /** All that ever started, by name. */
  List<Node> list() throws DomainException;
}
