/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageName;
import io.lunette.core.server.ServerName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What was asked of pools and how long it took to make replicas, in a transaction under way: what a
 * forecast learns from, kept for some days. Stateless, so thread-safe.
 */
public final class DemandLedger {

  /** How long it is kept. */
  static final Duration KEPT = Duration.ofDays(8);

  /** A server that found none and asks again within this has asked once. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  /** A request. */
  record Arrival(long sequence, Instant at, boolean missed) {}

  /** What making a batch of replicas, or a copy, took. */
  record Lead(long sequence, Duration time) {}

  /** A server asked for a replica; {@code missed} if none was ready. */
  public void asked(Transaction transaction, ImageName image, ServerName server, boolean missed)
      throws DomainException {
    Instant since = transaction.now().minus(PATIENCE);
    boolean again =
        transaction.update(
                "UPDATE pool_demand SET served = ?"
                    + " WHERE server = ? AND image = ? AND served = 0 AND at_time > ?",
                !missed,
                server.value(),
                image.value(),
                since)
            > 0;
    if (!again) {
      transaction.update(
          "INSERT INTO pool_demand (image, server, at_time, missed, served)"
              + " VALUES (?, ?, ?, ?, ?)",
          image.value(),
          server.value(),
          transaction.now(),
          missed,
          !missed);
    }
  }

  void made(Transaction transaction, ImageName image, Duration time) throws DomainException {
    transaction.update(
        "INSERT INTO pool_lead (image, at_time, lead) VALUES (?, ?, ?)",
        image.value(),
        transaction.now(),
        time.toNanos() / 1000);
  }

  List<Arrival> arrivals(Transaction transaction, ImageName image, long after)
      throws DomainException {
    return transaction.query(
        "SELECT sequence, at_time, missed FROM pool_demand WHERE image = ? AND sequence > ?"
            + " ORDER BY sequence",
        row -> new Arrival(row.number("sequence"), row.instant("at_time"), row.flag("missed")),
        image.value(),
        after);
  }

  List<Lead> leads(Transaction transaction, ImageName image, long after) throws DomainException {
    return transaction.query(
        "SELECT sequence, lead FROM pool_lead WHERE image = ? AND sequence > ? ORDER BY sequence",
        row -> new Lead(row.number("sequence"), Duration.ofNanos(row.number("lead") * 1000)),
        image.value(),
        after);
  }

  /** Forgets what is older than {@link #KEPT}. */
  void prune(Transaction transaction) throws DomainException {
    Instant before = transaction.now().minus(KEPT);
    transaction.update("DELETE FROM pool_demand WHERE at_time < ?", before);
    transaction.update("DELETE FROM pool_lead WHERE at_time < ?", before);
  }
}
