/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Learns from arrivals and lead times how many replicas to keep ready.
 *
 * <p>The stock is ordered up to a level: each replica that is taken has another made at once. Then
 * a request misses just when as many replacements are under way as the level is (Palm), and the
 * question is how many arrivals come within a lead time. A Poisson distribution of the mean rate
 * answers it wrongly, for demand comes in bursts. So two models answer, and the greater counts:
 *
 * <ul>
 *   <li>a negative binomial with mean and variance of the last hours, recent ones counting more
 *       ({@link NegativeBinomial}, {@link DecayingCounts}): quick to follow, and it reaches beyond
 *       what was seen;
 *   <li>what the arrivals of the last 24 hours would have needed ({@link ArrivalWindow}): no
 *       distribution assumed, and the number of builders counts.
 * </ul>
 *
 * <p>On top comes what was missed in fact ({@link MissFeedback}), and the bounds hold in any case.
 *
 * <p>Deterministic: the same arrivals and lead times give the same answers. Each costs constant
 * time, but for the rare change of the lead time, which costs a pass over the last 24 hours. Memory
 * is bounded. A time that lies before the one before counts as that. Used by one thread.
 */
public final class DemandForecast {

  private static final double LEAD_CHANGE = 0.1;
  private static final int FEEDBACK_LEAST = 4;

  private final ForecastTerms terms;
  private final LeadTimes leads;
  private final ArrivalWindow window;
  private final MissFeedback feedback;
  private DecayingCounts counts;
  private long leadMicros;
  private long last = Long.MIN_VALUE;

  public DemandForecast(ForecastTerms terms, ForecastSettings settings) {
    this.terms = terms;
    this.leads = new LeadTimes(micros(settings.firstLead()), micros(ForecastSettings.LEAD_MIN));
    this.leadMicros = leads.micros();
    this.window =
        new ArrivalWindow(
            micros(ForecastSettings.WINDOW),
            settings.builders(),
            ForecastSettings.ARRIVALS_MAX,
            leadMicros);
    this.feedback = new MissFeedback(terms.epsilon(), micros(ForecastSettings.FEEDBACK_HALF_LIFE));
    this.counts = newCounts();
  }

  /** Somebody asked for a replica; {@code missed} if none was ready. */
  public void arrived(Instant at, boolean missed) {
    long now = clamp(at);
    window.add(now, missed);
    counts.add(now);
    feedback.add(now, missed, Math.max(FEEDBACK_LEAST, window.mostUnderWay()));
  }

  /** A replica was made, in that time. */
  public void made(Duration lead) {
    leads.add(micros(lead));
    long measured = leads.micros();
    if (Math.abs(measured - leadMicros) > LEAD_CHANGE * leadMicros) {
      leadMicros = measured;
      window.setLead(measured);
      counts = newCounts();
      window.forEachTime(counts::add);
    }
  }

  /** What to keep ready from now on. */
  public Forecast at(Instant time) {
    long now = clamp(time);
    window.drop(now);
    counts.advance(now);
    feedback.advance(now);
    int model =
        isUsed()
            ? NegativeBinomial.stock(counts.mean(), counts.variance(), terms.epsilon(), terms.max())
            : 0;
    int seen = window.stock(terms.epsilon());
    int wanted = Math.max(model, seen) + feedback.extra();
    return new Forecast(
        terms,
        Math.min(terms.max(), Math.max(terms.min(), wanted)),
        model,
        seen,
        feedback.extra(),
        Duration.of(leadMicros, ChronoUnit.MICROS),
        counts.mean(),
        counts.mean() > 0 ? counts.variance() / counts.mean() : 1,
        window.count(),
        window.misses());
  }

  private boolean isUsed() {
    return counts.mean() * micros(ForecastSettings.UNUSED) >= leadMicros;
  }

  private DecayingCounts newCounts() {
    return new DecayingCounts(leadMicros, micros(ForecastSettings.HALF_LIFE));
  }

  private long clamp(Instant at) {
    last = Math.max(last, ChronoUnit.MICROS.between(Instant.EPOCH, at));
    return last;
  }

  private static long micros(Duration duration) {
    return Math.max(1, duration.toNanos() / 1000);
  }
}
