/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which pieces a sample takes: an auditor finds the same by docs/scrubbing.md. */
class EraseSampleTest {

  private static final int PIECES = 100_000;

  @Test
  void sampleTakesItsShareWhateverTheSeed() {
    for (long seed : new long[] {0, 42, -7, Long.MAX_VALUE}) {
      assertThat(taken(new EraseSample(100_000, seed), PIECES)).hasSizeBetween(9_700, 10_300);
      assertThat(taken(new EraseSample(1_000, seed), PIECES)).hasSizeBetween(70, 130);
    }
  }

  /** Computed by the formula of docs/scrubbing.md, in Python. */
  @Test
  void piecesFollowFromTheSeedAsTheDocumentsSay() {
    assertThat(taken(new EraseSample(100_000, 42), 100))
        .containsExactly(1L, 16L, 22L, 48L, 68L, 80L, 89L, 99L);
    assertThat(taken(new EraseSample(100_000, -7), 100))
        .containsExactly(12L, 15L, 22L, 39L, 45L, 56L, 59L, 78L, 80L);
  }

  @Test
  void largerShareOfTheSameSeedHasTheSmallerOneInIt() {
    assertThat(taken(EraseSample.ofPercent(20, 5), PIECES))
        .containsAll(taken(EraseSample.ofPercent(5, 5), PIECES));
  }

  @Test
  void allTakesEveryPieceAndNoneTakesNone() {
    assertThat(taken(EraseSample.ALL, PIECES)).hasSize(PIECES);
    assertThat(taken(EraseSample.NONE, PIECES)).isEmpty();
  }

  private static List<Long> taken(EraseSample sample, int pieces) {
    return LongStream.range(0, pieces).filter(sample::takes).boxed().toList();
  }
}
