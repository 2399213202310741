/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.util.Optional;

/** Zeroes that the initiator sends. */
final class PlainZero implements Offload {

  static final String NAME = "zero: WRITE";

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
    unit.beginGeneration();
    unit.fill(0);
  }

  @Override
  public String run(OffloadUnit unit) throws InitiatorException, CommandRefused {
    byte[] zeroes = new byte[UnitClient.BUFFER_BYTES];
    unit.each(
        0,
        unit.blocksOfBuffer(),
        UnitClient.DEPTH,
        (lba, blocks) -> {
          int bytes = blocks * unit.client().blockBytes();
          return ScsiCommand.out(
              "WRITE", Cdb.write(lba, blocks), bytes, data -> data.put(0, zeroes, 0, bytes));
        });
    unit.flush();
    return "";
  }

  @Override
  public ReadBack check(OffloadUnit unit) throws InitiatorException, CommandRefused {
    return new PatternCheck(unit).span(0, 0).outcome("zeroes");
  }
}
