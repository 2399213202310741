/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * The part of a unit that one session works on, in places of the size of a command; and, when
 * content is verified, what generation each place has. No place is given out twice at a time, so
 * that what a read must find is known.
 *
 * <p>Used by one thread at a time, in every round by another.
 */
final class Region {

  private final long firstLba;
  private final int blocksPerPlace;
  private final int places;
  private final boolean random;
  private final SplittableRandom randomness;
  private final int[] generations;
  private final BitSet busy;
  private int next;

  /** Places that begin at that LBA; the seed says in which order a random load visits them. */
  Region(long firstLba, int blocksPerPlace, int places, boolean random, long seed) {
    if (places < 1) {
      throw new IllegalArgumentException("no place for a command");
    }
    this.firstLba = firstLba;
    this.blocksPerPlace = blocksPerPlace;
    this.places = places;
    this.random = random;
    this.randomness = new SplittableRandom(seed);
    this.generations = new int[places];
    this.busy = new BitSet(places);
  }

  int places() {
    return places;
  }

  int blocksPerPlace() {
    return blocksPerPlace;
  }

  /** Takes the next place of the pattern that no command is at. */
  int take() {
    return random ? take(randomness.nextInt(places)) : takeNext();
  }

  /** Takes the place after the one that this gave before, whatever the pattern. */
  int takeNext() {
    int place = take(next);
    next = place + 1 == places ? 0 : place + 1;
    return place;
  }

  private int take(int from) {
    int place = busy.nextClearBit(from);
    if (place >= places) {
      place = busy.nextClearBit(0);
    }
    if (place >= places) {
      throw new IllegalStateException("more commands than places");
    }
    busy.set(place);
    return place;
  }

  /** The command at that place has ended. */
  void give(int place) {
    busy.clear(place);
  }

  /** No command is under way any more, whatever became of it. */
  void giveAll() {
    busy.clear();
  }

  /** Has {@link #takeNext} begin at the first place. */
  void rewind() {
    next = 0;
  }

  long lba(int place) {
    return firstLba + (long) place * blocksPerPlace;
  }

  /** Whether the next command is to be a read. */
  boolean isRead(int readPercent) {
    return readPercent == 100 || readPercent > 0 && randomness.nextInt(100) < readPercent;
  }

  /** What the last write left there; 0 is what was there before the run. */
  int generation(int place) {
    return generations[place];
  }

  /** The generation of a write that begins. */
  int nextGeneration(int place) {
    return ++generations[place];
  }
}
