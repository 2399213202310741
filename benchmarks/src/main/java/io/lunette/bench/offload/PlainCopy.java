/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.util.Optional;

/** A copy that the initiator makes: every block crosses the network twice. */
final class PlainCopy implements Offload {

  static final String NAME = "copy: READ and WRITE";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String plainName() {
    return NAME;
  }

  @Override
  public Optional<String> absence(OffloadUnit unit) {
    return Optional.empty();
  }

  @Override
  public long bytes(OffloadUnit unit) {
    return unit.spanBytes();
  }

  @Override
  public void prepare(OffloadUnit unit) throws InitiatorException, CommandRefused {
    CopyCheck.prepare(unit, unit, unit.spanBlocks());
  }

  @Override
  public String run(OffloadUnit unit) throws InitiatorException, CommandRefused {
    int blockBytes = unit.client().blockBytes();
    unit.each(
        0,
        unit.blocksOfBuffer(),
        UnitClient.DEPTH,
        (lba, blocks) -> {
          int bytes = blocks * blockBytes;
          byte[] write = Cdb.write(lba + unit.spanBlocks(), blocks);
          return ScsiCommand.in("READ", Cdb.read(lba, blocks), bytes, ScsiCommand.DataWork.NONE)
              .followedBy(ScsiCommand.out("WRITE", write, bytes, ScsiCommand.DataWork.NONE));
        });
    unit.flush();
    return "";
  }

  @Override
  public ReadBack check(OffloadUnit unit) throws InitiatorException, CommandRefused {
    return CopyCheck.check(unit, unit, unit.spanBlocks());
  }
}
