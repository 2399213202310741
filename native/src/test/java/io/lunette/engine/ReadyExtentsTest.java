/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What lies together in a volume is to lie together on the device, while there is room for that.
 */
class ReadyExtentsTest {

  private static final int WINDOW = ReadyExtents.WINDOW;

  private final ReadyExtents ready = new ReadyExtents();
  private final Neighbours volume = new Neighbours();
  private final Neighbours other = new Neighbours();

  @Test
  void neighboursLieInARowInWhateverOrderTheyAreTaken() {
    ready.addAll(extents(64, 4 * WINDOW));
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 2 * WINDOW; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(1));
    long[] places = new long[2 * WINDOW];

    for (int logical : order) {
      places[logical] = ready.take(volume, logical);
    }

    for (int i = 0; i < 2 * WINDOW; i++) {
      assertThat(places[i]).isEqualTo(places[i / WINDOW * WINDOW] + i % WINDOW);
    }
  }

  @Test
  void twoVolumesThatAreWrittenInTurnLieApart() {
    ready.addAll(extents(64, 4 * WINDOW));
    long first = ready.take(volume, 0);
    long others = ready.take(other, 0);

    assertThat(ready.take(volume, 1)).isEqualTo(first + 1);
    assertThat(ready.take(other, 1)).isEqualTo(others + 1);
  }

  @Test
  void whereNoWindowIsLeftWhatIsFreeInOthersIsDealt() {
    ready.addAll(extents(64, 2 * WINDOW));
    List<Long> taken = new ArrayList<>();

    for (long group = 0; group < 2 * WINDOW; group++) {
      taken.add(ready.take(volume, group * WINDOW));
    }

    assertThat(taken).containsExactlyInAnyOrderElementsOf(extents(64, 2 * WINDOW));
    assertThat(ready.isEmpty()).isTrue();
  }

  @Test
  void whatWasPutBackIsDealtAgainAndNothingTwice() {
    ready.addAll(extents(70, 20));
    List<Long> taken = new ArrayList<>();
    for (long logical = 0; logical < 7; logical++) {
      taken.add(ready.take(volume, logical));
    }

    ready.putBack(taken.subList(2, 5));

    assertThat(ready.size()).isEqualTo(16);
    List<Long> all = new ArrayList<>(List.of(taken.get(0), taken.get(1)));
    all.addAll(taken.subList(5, 7));
    all.add(ready.take(volume, 3));
    all.addAll(ready.takeAll());
    assertThat(all).containsExactlyInAnyOrderElementsOf(extents(70, 20));
    assertThat(ready.isEmpty()).isTrue();
  }

  private static List<Long> extents(long first, int count) {
    return LongStream.range(first, first + count).boxed().toList();
  }
}
