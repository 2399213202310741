/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

/**
 * How a cost is said to grow with a size; chosen from how the thing works, before anything is
 * measured, never from which fits best.
 */
enum Form {
  /** a + b·x: so much for each. */
  LINEAR("a + b·x") {
    @Override
    double term(double x) {
      return x;
    }
  },
  /** a + b·log2 x: a tree that gets deeper. */
  LOGARITHMIC("a + b·log2 x") {
    @Override
    double term(double x) {
      return Math.log(x) / Math.log(2);
    }
  };

  private final String formula;

  Form(String formula) {
    this.formula = formula;
  }

  /** What b is multiplied with. */
  abstract double term(double x);

  @Override
  public String toString() {
    return formula;
  }
}
