/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How many replicas to keep ready, and what it follows from.
 *
 * @param terms what was asked
 * @param target replicas to keep ready
 * @param model by the negative binomial distribution of the last hours
 * @param seen by what the arrivals of the last 24 hours would have needed
 * @param extra on top, for what was missed in fact
 * @param lead how long making one takes, as nine of ten lately did not exceed
 * @param mean arrivals in a lead time
 * @param dispersion variance of that over its mean: 1 is Poisson, more is bursts
 * @param arrivals in the last 24 hours
 * @param missed how many of them found the pool empty
 */
public record Forecast(
    ForecastTerms terms,
    int target,
    int model,
    int seen,
    int extra,
    Duration lead,
    double mean,
    double dispersion,
    int arrivals,
    int missed) {

  private static final double HOUR = 3600;
  private static final double MILLI = 1e3;
  private static final double PERCENT = 100;

  /** The share of the last day's requests that found the pool empty. */
  public double missShare() {
    return arrivals == 0 ? 0 : (double) missed / arrivals;
  }

  /** Arrivals in an hour, at the rate of late. */
  public double perHour() {
    return lead.isZero() ? 0 : mean * HOUR * MILLI / Math.max(1, lead.toMillis());
  }

  /**
   * How many of so many ready replicas to give up. What comes back from a scrub, or a target that
   * moves by one and back, is not worth making anew: a quarter more than the target, and one, stay.
   */
  public int surplus(int ready) {
    return ready > target + target / 4 + 1 ? ready - target : 0;
  }

  /** In one line. */
  public String line() {
    return format(
        "keeps %d: %s asked for in an hour, one takes %s; model %d, last day %d, misses +%d,"
            + " bounds %d-%d; missed %d of %d, aim %s %%",
        target,
        digits(perHour()),
        time(),
        model,
        seen,
        extra,
        terms.min(),
        terms.max(),
        missed,
        arrivals,
        digits(PERCENT * terms.epsilon()));
  }

  /** In full: a line for each step. */
  public List<String> explain() {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "aim: of all requests at most %s %% find no ready replica",
            digits(PERCENT * terms.epsilon())));
    lines.add(
        format(
            "demand: %d requests in the last 24 h; lately %s in an hour, which is %s in the %s"
                + " that making a replica takes (nine of ten lately took no longer)",
            arrivals, digits(perHour()), digits(mean), time()));
    lines.add(
        format(
            "bursts: their variance is %s times their mean%s",
            digits(dispersion),
            dispersion > 1 ? ", so a Poisson formula would be too low" : ", which is no burst"));
    lines.add(
        format(
            "model: a negative binomial distribution of that mean and variance, as a request sees"
                + " it, asks for %d",
            model));
    lines.add(
        format(
            "seen: with %d ready, no more than the aim of the last 24 h's requests would have found"
                + " none",
            seen));
    lines.add(
        format(
            "feedback: %d of %d requests found none in fact (%s %%), which adds %d",
            missed, arrivals, digits(PERCENT * missShare()), extra));
    lines.add(
        format(
            "target: max(%d, %d) + %d within %d to %d = %d",
            model, seen, extra, terms.min(), terms.max(), target));
    return lines;
  }

  private String time() {
    double seconds = lead.toMillis() / MILLI;
    return seconds < 100 ? digits(seconds) + " s" : digits(seconds / 60) + " min";
  }

  /** Three significant digits, and no more than are needed. */
  private static String digits(double value) {
    return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  private static String format(String text, Object... arguments) {
    return String.format(Locale.ROOT, text, arguments);
  }
}
