/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.bench.report.Latencies;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DecadeTest {

  /** The n-th takes n microseconds. */
  private static Latencies growing(int count) {
    return new Latencies(LongStream.rangeClosed(1, count).map(nth -> nth * 1000).toArray());
  }

  @Test
  void thoseOnEitherSideOfAPowerOfTenCountAsFarAsThereAreAny() {
    assertThat(Decade.of(growing(1010)))
        .containsExactly(
            new Decade(1, 1, 51, 26),
            new Decade(10, 1, 60, 30),
            new Decade(100, 50, 150, 100),
            new Decade(1000, 950, 1010, 980));
  }

  @Test
  void thereIsNoPowerBeyondWhatWasMade() {
    assertThat(Decade.of(growing(99))).extracting(Decade::replicas).containsExactly(1, 10);
    assertThat(Decade.of(growing(100))).extracting(Decade::replicas).containsExactly(1, 10, 100);
  }
}
