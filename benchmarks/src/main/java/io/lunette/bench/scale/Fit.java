/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import java.util.List;

/**
 * A form with its two numbers, so that the relative errors have the least squares: a point of a
 * thousand replicas counts as much as one of a million. A slope that would come out negative is
 * none, for nothing here gets cheaper with size.
 *
 * @param form of the cost
 * @param a what the least size costs already
 * @param b what is added
 */
record Fit(Form form, double a, double b) {

  /** Of two points at least, of different sizes. */
  static Fit of(Form form, List<Point> points) {
    double weights = 0;
    double sumX = 0;
    double sumY = 0;
    double sumXx = 0;
    double sumXy = 0;
    for (Point point : points) {
      double weight = 1 / (point.y() * point.y());
      double x = form.term(point.x());
      weights += weight;
      sumX += weight * x;
      sumY += weight * point.y();
      sumXx += weight * x * x;
      sumXy += weight * x * point.y();
    }
    double spread = weights * sumXx - sumX * sumX;
    if (spread <= 0) {
      throw new IllegalArgumentException("a fit needs points of two sizes");
    }
    double slope = (weights * sumXy - sumX * sumY) / spread;
    return slope < 0
        ? new Fit(form, sumY / weights, 0)
        : new Fit(form, (sumY - slope * sumX) / weights, slope);
  }

  /** The cost at a size. */
  double at(double x) {
    return a + b * form.term(x);
  }
}
