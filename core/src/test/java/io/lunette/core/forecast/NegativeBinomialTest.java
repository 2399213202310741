/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stocks against SciPy's {@code poisson.sf} and {@code nbinom.sf} of size r + 1. */
final class NegativeBinomialTest {

  @ParameterizedTest
  @CsvSource({
    "0.5, 0.5, 0.01, 4",
    "2, 2, 0.01, 7",
    "2, 8, 0.01, 21",
    "0.1, 1.34, 0.01, 60",
    "10, 35, 0.001, 43",
    "0.0028, 0.01, 0.01, 15",
    "100, 1340, 0.01, 222",
    "3, 30, 0.05, 35",
    "5000, 5000, 0.01, 5166"
  })
  void stockIsTheQuantile(double mean, double variance, double epsilon, int stock) {
    assertThat(NegativeBinomial.stock(mean, variance, epsilon, 100_000)).isEqualTo(stock);
  }

  @Test
  void noDemandNeedsNoStock() {
    assertThat(NegativeBinomial.stock(0, 0, 0.01, 100)).isZero();
  }

  @Test
  void stockIsNoMoreThanTheLimit() {
    assertThat(NegativeBinomial.stock(1000, 90_000, 0.001, 64)).isEqualTo(64);
  }
}
