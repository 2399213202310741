/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.util.ArrayList;
import java.util.List;

/** Before and after a copy of the first span of a unit. */
final class CopyCheck {

  private CopyCheck() {}

  /** The destination holds something else first. */
  static void prepare(OffloadUnit source, OffloadUnit destination, long destinationLba)
      throws InitiatorException, CommandRefused {
    destination.beginGeneration();
    destination.fill(destinationLba);
    source.beginGeneration();
    source.fill(0);
  }

  /** Whether the destination holds the blocks of the source, which carry its LBAs. */
  static ReadBack check(OffloadUnit source, OffloadUnit destination, long destinationLba)
      throws InitiatorException, CommandRefused {
    List<String> wrong = new ArrayList<>();
    destination.readBack(
        destinationLba,
        (lba, block) ->
            source
                .stamp()
                .findDamage(block, lba - destinationLba, 1, source.generation())
                .ifPresent(damage -> wrong.add("at LBA " + lba + ", " + damage)));
    return wrong.isEmpty()
        ? ReadBack.sound("as the source")
        : ReadBack.wrong(wrong.size() + " blocks, the first " + wrong.get(0));
  }
}
