/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import java.util.ArrayList;
import java.util.List;

/**
 * A cost measured at growing sizes. The greatest size and one in the middle are held out of the
 * fit: what the model says of them, having seen only the others, is its error.
 *
 * @param name of the cost
 * @param unit of it
 * @param size what it grows with
 * @param form how
 * @param points in the order of their size, four at least
 * @param target the size that is asked about
 */
record Series(String name, String unit, String size, Form form, List<Point> points, double target) {

  private static final int LEAST = 4;

  Series {
    points = List.copyOf(points);
    if (points.size() < LEAST) {
      throw new IllegalArgumentException("a series needs " + LEAST + " sizes");
    }
  }

  private int middle() {
    return points.size() / 2;
  }

  private boolean isHeldOut(int index) {
    return index == points.size() - 1 || index == middle();
  }

  /** What the model never saw. */
  List<Point> heldOut() {
    return List.of(points.get(middle()), points.get(points.size() - 1));
  }

  /** Through the points that are not held out. */
  Fit fit() {
    List<Point> seen = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      if (!isHeldOut(i)) {
        seen.add(points.get(i));
      }
    }
    return Fit.of(form, seen);
  }

  /** By which share of what was measured the model is off: above 0 if it says too much. */
  double errorAt(Point point) {
    return fit().at(point.x()) / point.y() - 1;
  }
}
