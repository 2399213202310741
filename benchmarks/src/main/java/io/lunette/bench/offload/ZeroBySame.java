/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.util.Optional;

/**
 * Zeroes by WRITE SAME(16), of a block of zeroes or of no block (NDOB).
 *
 * @param unmaps whether the unit may unmap instead; what is read afterwards is the same (SBC-3)
 * @param withoutData whether no block is sent
 */
record ZeroBySame(boolean unmaps, boolean withoutData) implements Offload {

  private static final int NDOB = 1;
  private static final int PARALLEL = 4;

  /** The most that one command zeroes, whatever the unit takes: nobody waits for ever. */
  private static final long BYTES_MAX = 64L << 20;

  @Override
  public String name() {
    return "zero: WRITE SAME(16)" + (unmaps ? ", UNMAP" : "") + (withoutData ? ", NDOB" : "");
  }

  @Override
  public String plainName() {
    return PlainZero.NAME;
  }

  @Override
  public Optional<String> absence(OffloadUnit unit) {
    Abilities abilities = unit.abilities();
    if (abilities.writeSame().isDenied()) {
      return Optional.of("the unit reports that it has no WRITE SAME(16)");
    }
    boolean hinted =
        abilities.limits().writeSameBlocksMax() > 0 || abilities.thin().writeSameUnmaps();
    if (!abilities.writeSame().known() && !hinted) {
      return Optional.of("nothing says that the unit has WRITE SAME(16)");
    }
    if (unmaps && !abilities.thin().writeSameUnmaps()) {
      return Optional.of("VPD page B2h has no LBPWS");
    }
    if (withoutData && (abilities.writeSame().flags() & NDOB) == 0) {
      return Optional.of("the unit does not report NDOB");
    }
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
    int blockBytes = unit.client().blockBytes();
    long stated = unit.abilities().limits().writeSameBlocksMax();
    long most = Math.min(BYTES_MAX / blockBytes, stated == 0 ? Long.MAX_VALUE : stated);
    byte[] zeroes = new byte[blockBytes];
    unit.each(
        0,
        most,
        PARALLEL,
        (lba, blocks) -> {
          byte[] cdb = Cdb.writeSame(lba, blocks, unmaps, withoutData);
          return withoutData
              ? ScsiCommand.without("WRITE SAME", cdb)
              : ScsiCommand.out("WRITE SAME", cdb, zeroes);
        });
    unit.flush();
    return "";
  }

  @Override
  public ReadBack check(OffloadUnit unit) throws InitiatorException, CommandRefused {
    return new PatternCheck(unit).span(0, 0).outcome("zeroes");
  }
}
