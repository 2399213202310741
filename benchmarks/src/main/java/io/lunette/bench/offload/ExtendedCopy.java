/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A copy that the target makes: EXTENDED COPY(LID1), a segment a command, within the unit or to a
 * second one of the same target. This is how initiators have an array clone.
 */
final class ExtendedCopy implements Offload {

  private static final int PARALLEL_MAX = 4;

  private final String name;

  /** Where the copies go, where that is not the unit itself. */
  private final Map<OffloadUnit, OffloadUnit> seconds;

  private final boolean within;

  private ExtendedCopy(String name, Map<OffloadUnit, OffloadUnit> seconds, boolean within) {
    this.name = name;
    this.seconds = seconds;
    this.within = within;
  }

  static ExtendedCopy withinUnit() {
    return new ExtendedCopy("copy: EXTENDED COPY", Map.of(), true);
  }

  /**
   * @param seconds the second unit of each that has one
   */
  static ExtendedCopy toSecond(Map<OffloadUnit, OffloadUnit> seconds) {
    return new ExtendedCopy("copy: EXTENDED COPY to a second unit", seconds, false);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String plainName() {
    return PlainCopy.NAME;
  }

  @Override
  public Optional<String> absence(OffloadUnit unit) {
    Abilities abilities = unit.abilities();
    if (!within && !seconds.containsKey(unit)) {
      return Optional.of("no --copy-to for it");
    }
    if (abilities.extendedCopy().isDenied()) {
      return Optional.of("the unit reports that it has no EXTENDED COPY");
    }
    if (abilities.copy().isEmpty() && !abilities.extendedCopy().known()) {
      return Optional.of("nothing says that the unit has EXTENDED COPY");
    }
    if (!limits(unit).blockToBlock()) {
      return Optional.of("its copy manager does not copy from block device to block device");
    }
    boolean named =
        abilities.name().isPresent() && destination(unit).abilities().name().isPresent();
    return named
        ? Optional.empty()
        : Optional.of("VPD page 83h has no name that EXTENDED COPY could use");
  }

  private static CopyLimits limits(OffloadUnit unit) {
    return unit.abilities().copy().orElse(CopyLimits.UNSTATED);
  }

  private OffloadUnit destination(OffloadUnit unit) {
    return within ? unit : seconds.get(unit);
  }

  private long destinationLba(OffloadUnit unit) {
    return within ? unit.spanBlocks() : 0;
  }

  @Override
  public long bytes(OffloadUnit unit) {
    return unit.spanBytes();
  }

  @Override
  public void prepare(OffloadUnit unit) throws InitiatorException, CommandRefused {
    CopyCheck.prepare(unit, destination(unit), destinationLba(unit));
  }

  @Override
  public String run(OffloadUnit unit) throws InitiatorException, CommandRefused {
    CopyLimits limits = limits(unit);
    Designator from = unit.abilities().name().orElseThrow();
    Designator to = destination(unit).abilities().name().orElseThrow();
    int blockBytes = unit.client().blockBytes();
    AtomicInteger count = new AtomicInteger();
    unit.each(
        0,
        limits.segmentBlocks(blockBytes),
        Math.min(PARALLEL_MAX, limits.concurrent()),
        (lba, blocks) -> {
          byte[] list =
              CopyList.encode(
                  from,
                  to,
                  blockBytes,
                  lba,
                  lba + destinationLba(unit),
                  blocks,
                  limits.withoutListId(),
                  count.getAndIncrement() % UnitClient.DEPTH);
          return ScsiCommand.out("EXTENDED COPY", Cdb.extendedCopy(list.length), list);
        });
    destination(unit).flush();
    return count + " commands";
  }

  @Override
  public ReadBack check(OffloadUnit unit) throws InitiatorException, CommandRefused {
    return CopyCheck.check(unit, destination(unit), destinationLba(unit));
  }
}
