/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

/**
 * What a text book says: a Poisson distribution of an exponentially weighted mean rate, as an
 * opponent. It takes neither bursts nor the number of builders into account.
 */
final class PoissonPolicy implements SizePolicy {

  private static final double HALF_LIFE_MICROS = 6 * 3600e6;

  private final double epsilon;
  private final int min;
  private final int max;
  private double leadMicros;
  private double weighted;
  private double weight;
  private long last;

  PoissonPolicy(double epsilon, int min, int max, long leadMicros) {
    this.epsilon = epsilon;
    this.min = min;
    this.max = max;
    this.leadMicros = leadMicros;
  }

  @Override
  public String label() {
    return "EWMA 6 h + Poisson";
  }

  @Override
  public void arrived(long micros, boolean missed) {
    decay(micros);
    weighted++;
  }

  private void decay(long micros) {
    double gap = micros - last;
    double keep = Math.pow(2, -gap / HALF_LIFE_MICROS);
    weighted *= keep;
    weight = weight * keep + (1 - keep) * HALF_LIFE_MICROS / Math.log(2);
    last = micros;
  }

  @Override
  public void made(long micros) {
    leadMicros = micros;
  }

  @Override
  public int target(long micros) {
    decay(micros);
    double mean = weight == 0 ? 0 : weighted / weight * leadMicros;
    double term = Math.exp(-mean);
    double below = 0;
    int stock = 0;
    while (stock < max && 1 - below > epsilon && mean > 0) {
      below += term;
      stock++;
      term *= mean / stock;
    }
    return Math.min(max, Math.max(min, stock));
  }
}
