/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RegionTest {

  private static final int PLACES = 10;

  @Test
  void inSequencePlacesFollowEachOtherAndBeginAgain() {
    Region region = new Region(100, 8, 3, false, 1);

    List<Long> visited = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int place = region.take();
      visited.add(region.lba(place));
      region.give(place);
    }

    assertThat(visited).containsExactly(100L, 108L, 116L, 100L);
  }

  @Test
  void noPlaceIsGivenOutTwiceAtATime() {
    Region region = new Region(0, 8, PLACES, true, 1);

    List<Integer> taken = new ArrayList<>();
    for (int i = 0; i < PLACES; i++) {
      taken.add(region.take());
    }

    assertThat(taken).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThatThrownBy(region::take).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aSweepOfARandomRegionVisitsEveryPlace() {
    Region region = new Region(0, 8, PLACES, true, 1);
    int elsewhere = region.take();
    region.give(elsewhere);
    region.rewind();

    List<Integer> visited = new ArrayList<>();
    for (int i = 0; i < PLACES; i++) {
      int place = region.takeNext();
      visited.add(place);
      region.give(place);
    }

    assertThat(visited).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void oneSeedIsOneOrder() {
    assertThat(first(new Region(0, 8, 1000, true, 5), 50))
        .isEqualTo(first(new Region(0, 8, 1000, true, 5), 50))
        .isNotEqualTo(first(new Region(0, 8, 1000, true, 6), 50));
  }

  private static List<Integer> first(Region region, int count) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.add(region.take());
    }
    return places;
  }

  @Test
  void everyWriteOfAPlaceHasItsOwnGeneration() {
    Region region = new Region(0, 8, PLACES, false, 1);

    assertThat(region.generation(4)).isZero();
    assertThat(region.nextGeneration(4)).isEqualTo(1);
    assertThat(region.nextGeneration(4)).isEqualTo(2);
    assertThat(region.generation(4)).isEqualTo(2);
    assertThat(region.generation(5)).isZero();
  }
}
