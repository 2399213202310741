/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * UNMAP, a descriptor a command. It is a hint (SBC-3): a unit may keep what it is about, and where
 * LBPRZ is not set anything may be read afterwards. So what is still there is told, not held
 * against the unit.
 */
final class Unmap implements Offload {

  private static final int PARALLEL = 4;
  private static final int PARAMETER_BYTES = 24;
  private static final int DESCRIPTOR_BYTES = 16;

  @Override
  public String name() {
    return "unmap: UNMAP";
  }

  @Override
  public String plainName() {
    return PlainZero.NAME;
  }

  @Override
  public Optional<String> absence(OffloadUnit unit) {
    Abilities abilities = unit.abilities();
    if (abilities.unmap().isDenied()) {
      return Optional.of("the unit reports that it has no UNMAP");
    }
    return abilities.thin().unmaps() ? Optional.empty() : Optional.of("VPD page B2h has no LBPU");
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
    BlockLimits limits = unit.abilities().limits();
    long most = limits.unmapBlocksMax() == 0 ? unit.spanBlocks() : limits.unmapBlocksMax();
    long granule = Math.max(1, limits.unmapGranularityBlocks());
    unit.each(
        0,
        Math.max(1, most >= granule ? most / granule * granule : most),
        PARALLEL,
        (lba, blocks) -> {
          byte[] list = list(lba, blocks);
          return ScsiCommand.out("UNMAP", Cdb.unmap(list.length), list);
        });
    unit.flush();
    return "";
  }

  private static byte[] list(long lba, int blocks) {
    return ByteBuffer.allocate(PARAMETER_BYTES)
        .putShort(0, (short) (PARAMETER_BYTES - Short.BYTES))
        .putShort(2, (short) DESCRIPTOR_BYTES)
        .putLong(8, lba)
        .putInt(16, blocks)
        .array();
  }

  @Override
  public ReadBack check(OffloadUnit unit) throws InitiatorException, CommandRefused {
    AtomicLong kept = new AtomicLong();
    AtomicLong other = new AtomicLong();
    unit.readBack(
        0,
        (lba, block) -> {
          if (unit.isAsWritten(lba, block)) {
            kept.incrementAndGet();
          } else if (!OffloadUnit.isZero(block)) {
            other.incrementAndGet();
          }
        });
    if (other.get() > 0 && unit.abilities().thin().readsZeroes()) {
      return ReadBack.wrong(other + " blocks are neither zeroes nor what was written");
    }
    if (kept.get() > 0) {
      return ReadBack.sound(kept + " of " + unit.spanBlocks() + " blocks were kept");
    }
    return ReadBack.sound(other.get() == 0 ? "zeroes" : "nothing of what was written");
  }
}
