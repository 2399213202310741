/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageId;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import java.time.Duration;
import java.util.Optional;

/**
 * The policies of pools in a transaction under way. A pool belongs to the series of an image: it
 * stays when another version becomes current. Stateless, so thread-safe.
 */
public final class PoolLedger {

  private static final long MICROS = 1_000;

  /**
   * What the catalog keeps of a pool.
   *
   * @param filling a refill has begun and goes on until the ready mark is reached
   */
  record Entry(PoolPolicy policy, boolean filling) {}

  /** The policy of a series' pool; the default one if none was set. */
  public PoolPolicy policy(Transaction transaction, ImageId series) throws DomainException {
    return find(transaction, series).map(Entry::policy).orElse(PoolPolicy.DEFAULT);
  }

  Optional<Entry> find(Transaction transaction, ImageId series) throws DomainException {
    return transaction.first(
        "SELECT * FROM pool WHERE image_id = ?",
        row ->
            new Entry(
                new PoolPolicy(
                    row.integer("ready"),
                    row.integer("low"),
                    row.integer("scrub_threshold"),
                    Duration.ofNanos(Math.multiplyExact(row.number("scrub_age"), MICROS)),
                    new EraseRequest(
                        row.constant("scrub_method", EraseMethod.class),
                        new ErasePasses(row.integer("scrub_pattern"), row.integer("scrub_passes")),
                        EraseSample.ALL)),
                row.flag("filling")),
        series.value());
  }

  void save(Transaction transaction, ImageId series, PoolPolicy policy) throws DomainException {
    transaction.update("DELETE FROM pool WHERE image_id = ?", series.value());
    transaction.update(
        "INSERT INTO pool (image_id, ready, low, scrub_threshold, scrub_age, scrub_method,"
            + " scrub_pattern, scrub_passes, filling)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
        series.value(),
        policy.ready(),
        policy.low(),
        policy.scrubThreshold(),
        policy.scrubAge().toNanos() / MICROS,
        policy.scrub().method(),
        policy.scrub().passes().pattern(),
        policy.scrub().passes().count());
  }

  void setFilling(Transaction transaction, ImageId series, boolean filling) throws DomainException {
    transaction.update("UPDATE pool SET filling = ? WHERE image_id = ?", filling, series.value());
  }
}
