/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

/**
 * The negative binomial distribution with a real size, as a Poisson distribution whose rate is
 * itself gamma distributed: the usual model of demand that comes in bursts.
 *
 * <p>Written here, since the implementations at hand know whole sizes only, and a size is fitted to
 * data.
 */
final class NegativeBinomial {

  private NegativeBinomial() {}

  /**
   * The smallest stock that fewer than a share of arrivals find used up, where counts in one lead
   * time have that mean and variance.
   *
   * <p>An arrival is more likely to fall into a busy time than into a quiet one. With gamma rates
   * of shape <i>r</i> it sees rates of shape <i>r</i> + 1, so the others in its lead time are
   * negative binomial of size <i>r</i> + 1 with the same <i>p</i>; with a variance no greater than
   * the mean they are Poisson, as Palm's theorem has it.
   *
   * @param epsilon that share
   * @param limit the answer is no more than this
   */
  static int stock(double mean, double variance, double epsilon, int limit) {
    if (mean <= 0) {
      return 0;
    }
    if (variance <= mean * (1 + 1e-9)) {
      return quantile(-mean, k -> mean / (k + 1), epsilon, limit);
    }
    double p = mean / variance;
    double size = mean * mean / (variance - mean) + 1;
    return quantile(size * Math.log(p), k -> (k + size) / (k + 1) * (1 - p), epsilon, limit);
  }

  /** The ratio of the probability of <i>k</i> + 1 to that of <i>k</i>. */
  private interface Ratio {
    double after(int k);
  }

  /** The smallest <i>S</i> such that at most {@code epsilon} of the weight lies on S and above. */
  private static int quantile(double logOfZero, Ratio ratio, double epsilon, int limit) {
    double log = logOfZero;
    double below = 0;
    for (int k = 0; k < limit; k++) {
      if (1 - below <= epsilon) {
        return k;
      }
      below += Math.exp(log);
      log += Math.log(ratio.after(k));
    }
    return limit;
  }
}
