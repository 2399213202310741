/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.rollout;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationId;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.server.ServerName;
import java.util.Optional;
import java.util.UUID;

/** Boot policies of images, and boots of servers, in a transaction under way. Stateless. */
public final class BootLedger implements ServerDependents {

  Optional<BootPolicy> policy(Transaction transaction, ImageName image) throws DomainException {
    return transaction.first(
        "SELECT policy FROM image_boot WHERE image = ?",
        row -> row.constant("policy", BootPolicy.class),
        image.value());
  }

  void setPolicy(Transaction transaction, ImageName image, BootPolicy policy)
      throws DomainException {
    transaction.update("DELETE FROM image_boot WHERE image = ?", image.value());
    transaction.update(
        "INSERT INTO image_boot (image, policy) VALUES (?, ?)", image.value(), policy);
  }

  /** The allocation that a server was last told to boot from. */
  Optional<AllocationId> lastBoot(Transaction transaction, ServerName server)
      throws DomainException {
    return transaction.first(
        "SELECT allocation FROM server_boot WHERE server = ?",
        row -> new AllocationId(UUID.fromString(row.text("allocation"))),
        server.value());
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
