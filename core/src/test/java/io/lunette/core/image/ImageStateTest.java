/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import static io.lunette.core.image.ImageState.AVAILABLE;
import static io.lunette.core.image.ImageState.DELETED;
import static io.lunette.core.image.ImageState.FAILED;
import static io.lunette.core.image.ImageState.IMPORTING;
import static io.lunette.core.image.ImageState.RETIRED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ImageStateTest {

  private record Move(ImageState from, ImageState to) {}

  @Test
  void onlyTheseMovesAreLegal() {
    Set<Move> legal = new HashSet<>();
    for (ImageState from : ImageState.values()) {
      for (ImageState to : ImageState.values()) {
        if (from.mayBecome(to)) {
          legal.add(new Move(from, to));
        }
      }
    }

    assertThat(legal)
        .containsExactlyInAnyOrder(
            new Move(IMPORTING, AVAILABLE),
            new Move(IMPORTING, FAILED),
            new Move(AVAILABLE, RETIRED),
            new Move(AVAILABLE, DELETED),
            new Move(RETIRED, DELETED));
  }
}
