/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;

/** Reads back a span that is to hold a pattern. Used once. */
final class PatternCheck {

  private final OffloadUnit unit;
  private long wrong;
  private String first = "";

  PatternCheck(OffloadUnit unit) {
    this.unit = unit;
  }

  /**
   * All blocks from an LBA on.
   *
   * @param pattern of 4 bytes, 0 for zeroes
   */
  PatternCheck span(long firstLba, int pattern) throws InitiatorException, CommandRefused {
    unit.readBack(
        firstLba,
        (lba, block) ->
            OffloadUnit.firstOther(block, pattern)
                .ifPresent(
                    at -> {
                      if (wrong++ == 0) {
                        first = "LBA " + lba + " byte " + at;
                      }
                    }));
    return this;
  }

  /** The verdict, with the words for a span that is as it should be. */
  ReadBack outcome(String words) {
    return wrong == 0
        ? ReadBack.sound(words)
        : ReadBack.wrong(wrong + " blocks, the first at " + first);
  }
}
