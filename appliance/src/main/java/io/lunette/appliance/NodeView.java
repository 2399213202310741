/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.DomainException;
import io.lunette.core.node.Node;
import io.lunette.core.node.NodeName;
import io.lunette.core.node.Nodes;
import java.util.List;

/**
 * An appliance of those that share the catalog.
 *
 * @param self whether it is the one that was asked
 * @param seen when it last said that it lives
 */
record NodeView(String name, String portal, boolean self, String started, String seen) {

  /** All of them; a catalog that cannot be read is an alert. */
  static List<NodeView> all(Nodes nodes, List<String> alerts) {
    try {
      NodeName self = nodes.self();
      return nodes.list().stream().map(node -> of(node, self)).toList();
    } catch (DomainException e) {
      alerts.add("the catalog cannot be read: " + e.getMessage());
      return List.of();
    }
  }

  private static NodeView of(Node node, NodeName self) {
    return new NodeView(
        node.name().value(),
        node.address(),
        node.name().equals(self),
        node.started().toString(),
        node.seen().toString());
  }
}
