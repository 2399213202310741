/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.forecast.DemandForecast;
import io.lunette.core.forecast.Forecast;
import io.lunette.core.forecast.ForecastSettings;
import io.lunette.core.forecast.ForecastTerms;
import io.lunette.core.image.ImageName;
import io.lunette.core.volume.CloneKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The forecasts of pools. What was learnt is in memory, each time brought up to what the catalog
 * has; after a start, or when terms change, it is learnt anew from there. Two appliances on one
 * catalog thus learn the same; a request that another commits out of order with its number may be
 * left out, which a forecast can bear. Thread-safe.
 */
public final class PoolForecasts {

  private static final Duration FIRST_COPY = Duration.ofSeconds(30);

  private final DemandLedger demand;
  private final int batch;
  private final Map<ImageName, Learnt> learnt = new HashMap<>();

  private static final class Learnt {
    final ForecastTerms terms;
    final CloneKind kind;
    final DemandForecast forecast;
    long arrival;
    long lead;

    Learnt(ForecastTerms terms, CloneKind kind, ForecastSettings settings) {
      this.terms = terms;
      this.kind = kind;
      this.forecast = new DemandForecast(terms, settings);
    }
  }

  /**
   * @param batch how many dependent clones are made at one time
   */
  public PoolForecasts(DemandLedger demand, int batch) {
    this.demand = demand;
    this.batch = batch;
  }

  /** What the pool of an image is to keep ready at the time of the transaction. */
  synchronized Optional<Forecast> get(Transaction transaction, ImageName image, PoolTerms terms)
      throws DomainException {
    if (terms.forecast().isEmpty()) {
      learnt.remove(image);
      return Optional.empty();
    }
    Learnt known = learnt.get(image);
    if (known == null
        || !known.terms.equals(terms.forecast().get())
        || known.kind != terms.kind()) {
      known = new Learnt(terms.forecast().get(), terms.kind(), settings(terms.kind()));
      learnt.put(image, known);
    }
    for (DemandLedger.Lead lead : demand.leads(transaction, image, known.lead)) {
      known.forecast.made(lead.time());
      known.lead = lead.sequence();
    }
    for (DemandLedger.Arrival arrival : demand.arrivals(transaction, image, known.arrival)) {
      known.forecast.arrived(arrival.at(), arrival.missed());
      known.arrival = arrival.sequence();
    }
    return Optional.of(known.forecast.at(transaction.now()));
  }

  private ForecastSettings settings(CloneKind kind) {
    return switch (kind) {
      case DEPENDENT -> new ForecastSettings(batch, Duration.ZERO);
      case INDEPENDENT -> new ForecastSettings(ReplicaCopies.AT_ONE_TIME, FIRST_COPY);
    };
  }
}
