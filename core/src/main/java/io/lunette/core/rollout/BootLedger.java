/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.rollout;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationId;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.server.ServerName;
import java.time.Instant;
import java.util.Optional;

/** Boot policies of this node's images, and boots of servers, in a transaction. Stateless. */
public final class BootLedger implements ServerDependents {

  Optional<BootPolicy> policy(Transaction transaction, ImageName image) throws DomainException {
    return transaction.first(
        "SELECT policy FROM image_boot WHERE node = ? AND image = ?",
        row -> row.constant("policy", BootPolicy.class),
        transaction.node().value(),
        image.value());
  }

  void setPolicy(Transaction transaction, ImageName image, BootPolicy policy)
      throws DomainException {
    transaction.update(
        "DELETE FROM image_boot WHERE node = ? AND image = ?",
        transaction.node().value(),
        image.value());
    transaction.update(
        "INSERT INTO image_boot (node, image, policy) VALUES (?, ?, ?)",
        transaction.node().value(),
        image.value(),
        policy);
  }

  /** When a server was last told to boot from an allocation; empty if it was not. */
  Optional<Instant> lastBoot(Transaction transaction, ServerName server, AllocationId allocation)
      throws DomainException {
    return transaction.first(
        "SELECT at_time FROM server_boot WHERE server = ? AND allocation = ?",
        row -> row.instant("at_time"),
        server.value(),
        allocation.value());
  }

  void booted(Transaction transaction, ServerName server, AllocationId allocation)
      throws DomainException {
    forget(transaction, server);
    transaction.update(
        "INSERT INTO server_boot (server, allocation, at_time) VALUES (?, ?, ?)",
        server.value(),
        allocation.value(),
        transaction.now());
  }

  @Override
  public void requireNone(Transaction transaction, ServerName server) {}

  @Override
  public void forget(Transaction transaction, ServerName server) throws DomainException {
    transaction.update("DELETE FROM server_boot WHERE server = ?", server.value());
  }
}
