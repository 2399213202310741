/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.replica;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The replicas as the catalog has them. */
public final class CatalogReplicas implements Replicas {

  private final Catalog catalog;
  private final ReplicaLedger ledger;
  private final ReplicaHistory history = new ReplicaHistory();

  public CatalogReplicas(Catalog catalog, ReplicaLedger ledger) {
    this.catalog = catalog;
    this.ledger = ledger;
  }

  @Override
  public List<Replica> list(ReplicaQuery query) throws DomainException {
    StringBuilder where = new StringBuilder("r.name > ?");
    List<Object> arguments = new ArrayList<>();
    arguments.add(catalog.node().value());
    arguments.add(query.after().map(ReplicaName::value).orElse(""));
    query
        .image()
        .ifPresent(
            image -> {
              where.append(" AND i.name = ?");
              arguments.add(image.value());
            });
    if (query.state().isPresent()) {
      where.append(" AND r.state = ?");
      arguments.add(query.state().get());
    } else {
      where.append(" AND r.state <> 'RETIRED'");
    }
    arguments.add(query.limit());
    return catalog.read(
        transaction ->
            transaction.query(
                ReplicaLedger.SELECT + where + " ORDER BY r.name LIMIT ?",
                ReplicaLedger::replica,
                arguments.toArray()));
  }

  @Override
  public Optional<Replica> find(ReplicaName name) throws DomainException {
    return catalog.read(transaction -> ledger.find(transaction, name));
  }

  @Override
  public List<ReplicaMove> history(ReplicaName name) throws DomainException {
    return catalog.read(transaction -> history.of(transaction, name));
  }
}
