/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Requests that were carried out under a key, in the transaction that did so, with what came of
 * them. One that changed nothing, such as an allocation that found no replica ready, is not kept:
 * it may be tried again under its key. Stateless, so thread-safe.
 */
final class RequestLedger {

  /** How long a key is kept; after that it is as if it had never been used. */
  static final Duration KEPT = Duration.ofHours(24);

  /** Which allocation a request began or ended; empty if it found nothing to end. */
  record Done(Optional<AllocationId> allocation) {}

  /**
   * What came of a request before, if it was carried out.
   *
   * @throws DomainException CONFLICT if the key was used for another request
   */
  Optional<Done> find(Transaction transaction, Optional<RequestKey> key, String request)
      throws DomainException {
    if (key.isEmpty()) {
      return Optional.empty();
    }
    String name = key.get().value();
    Optional<String> before =
        transaction.first(
            "SELECT request FROM request WHERE request_key = ? AND at_time >= ?",
            row -> row.text("request"),
            name,
            transaction.now().minus(KEPT));
    if (before.isPresent() && !before.get().equals(request)) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "request key '" + name + "' was used for another request: " + before.get());
    }
    return transaction.first(
        "SELECT allocation FROM request WHERE request_key = ? AND at_time >= ?",
        row ->
            new Done(row.optionalText("allocation").map(UUID::fromString).map(AllocationId::new)),
        name,
        transaction.now().minus(KEPT));
  }

  /** Whether there are keys that count no more. */
  boolean hasOld(Transaction transaction) throws DomainException {
    return transaction
        .first(
            "SELECT request_key FROM request WHERE at_time < ? LIMIT 1",
            row -> row.text("request_key"),
            transaction.now().minus(KEPT))
        .isPresent();
  }

  /** Deletes keys that count no more; how many. */
  int deleteOld(Transaction transaction) throws DomainException {
    return transaction.update(
        "DELETE FROM request WHERE at_time < ?", transaction.now().minus(KEPT));
  }

  /** Keeps what came of a request. */
  void record(
      Transaction transaction,
      Optional<RequestKey> key,
      String request,
      Optional<AllocationId> allocation)
      throws DomainException {
    if (key.isPresent()) {
      transaction.update("DELETE FROM request WHERE request_key = ?", key.get().value());
      transaction.update(
          "INSERT INTO request (request_key, request, allocation, at_time) VALUES (?, ?, ?, ?)",
          key.get().value(),
          request,
          allocation.map(AllocationId::value),
          transaction.now());
    }
  }
}
