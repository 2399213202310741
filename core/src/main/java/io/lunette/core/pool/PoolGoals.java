/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.forecast.Forecast;
import io.lunette.core.image.Image;
import java.util.Optional;

/**
 * Says how many replicas a pool is to keep ready now: by its marks, or by its forecast if it has
 * one. Thread-safe.
 */
final class PoolGoals {

  /**
   * What a pool is to keep.
   *
   * @param ready a refill makes so many ready
   * @param low it begins when fewer are
   * @param terms of the pool
   * @param forecast what the numbers are from, if they are learnt
   */
  record Goal(int ready, int low, PoolTerms terms, Optional<Forecast> forecast) {

    /** How many of so many ready replicas to give up; by its marks a pool gives up none. */
    int surplus(int count) {
      return forecast.map(each -> each.surplus(count)).orElse(0);
    }
  }

  private final PoolLedger pools;
  private final PoolTermsLedger terms;
  private final PoolForecasts forecasts;

  PoolGoals(PoolLedger pools, PoolTermsLedger terms, PoolForecasts forecasts) {
    this.pools = pools;
    this.terms = terms;
    this.forecasts = forecasts;
  }

  /** What the pool of an image is to keep at the time of the transaction. */
  Goal get(Transaction transaction, Image image) throws DomainException {
    PoolTerms kept = terms.get(transaction, image.series());
    Optional<Forecast> forecast = forecasts.get(transaction, image.name(), kept);
    if (forecast.isPresent()) {
      int target = forecast.get().target();
      return new Goal(target, target, kept, forecast);
    }
    PoolPolicy policy = pools.policy(transaction, image.series());
    return new Goal(policy.ready(), policy.low(), kept, forecast);
  }
}
