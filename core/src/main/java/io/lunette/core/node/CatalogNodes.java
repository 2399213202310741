/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.node;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import java.util.List;

/** The nodes as the catalog has them. Thread-safe. */
public final class CatalogNodes implements Nodes {

  private final Catalog catalog;

  public CatalogNodes(Catalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public NodeName self() {
    return catalog.node();
  }

  @Override
  public List<Node> list() throws DomainException {
    return catalog.read(NodeLedger::all);
  }

  /**
   * Says that this node lives.
   *
   * @throws DomainException FENCED if another appliance has its place
   */
  public void beat() throws DomainException {
    catalog.change(
        transaction -> {
          NodeLedger.seen(transaction, catalog.node());
          return null;
        });
  }
}
