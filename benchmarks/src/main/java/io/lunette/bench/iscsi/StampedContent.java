/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.atomic.LongAdder;

/**
 * A {@link Stamp} in every block, and a note of every block that has lost it. Used by the thread of
 * its region; notes and counter are shared.
 */
final class StampedContent implements Content {

  private static final int NOTES_KEPT = 10;

  private final Stamp stamp;
  private final Region region;
  private final LongAdder damaged;
  private final Queue<String> notes;

  StampedContent(Stamp stamp, Region region, LongAdder damaged, Queue<String> notes) {
    this.stamp = stamp;
    this.region = region;
    this.damaged = damaged;
    this.notes = notes;
  }

  @Override
  public void prepare(ByteBuffer buffer, int place) {
    stamp.fill(buffer, region.lba(place), region.blocksPerPlace(), region.nextGeneration(place));
  }

  @Override
  public void check(ByteBuffer buffer, int place) {
    stamp
        .findDamage(buffer, region.lba(place), region.blocksPerPlace(), region.generation(place))
        .ifPresent(
            note -> {
              damaged.increment();
              if (damaged.sum() <= NOTES_KEPT) {
                notes.add(note);
              }
            });
  }
}
