/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a unit says that it can do.
 *
 * @param limits of its commands
 * @param thin how it is provisioned
 * @param name what a copy manager knows it by
 * @param copy what its copy manager takes; empty where it does not say
 * @param extendedCopy EXTENDED COPY(LID1)
 * @param writeSame WRITE SAME(16)
 * @param unmap UNMAP
 * @param sanitize SANITIZE, of each method
 */
record Abilities(
    BlockLimits limits,
    ThinUnit thin,
    Optional<Designator> name,
    Optional<CopyLimits> copy,
    CommandSupport extendedCopy,
    CommandSupport writeSame,
    CommandSupport unmap,
    Map<Sanitize.Method, CommandSupport> sanitize) {

  private static final int NO_SERVICE_ACTION = -1;
  private static final int LID1 = 0;

  static Abilities of(UnitClient unit) throws InitiatorException {
    return new Abilities(
        Vpd.read(unit, BlockLimits.PAGE).map(BlockLimits::of).orElse(BlockLimits.UNSTATED),
        Vpd.read(unit, ThinUnit.PAGE).map(ThinUnit::of).orElse(ThinUnit.UNSTATED),
        Vpd.read(unit, Designator.PAGE).flatMap(Designator::best),
        copyLimits(unit),
        extendedCopy(unit),
        CommandSupport.of(unit, Cdb.WRITE_SAME_16, NO_SERVICE_ACTION),
        CommandSupport.of(unit, Cdb.UNMAP, NO_SERVICE_ACTION),
        sanitize(unit));
  }

  private static Map<Sanitize.Method, CommandSupport> sanitize(UnitClient unit)
      throws InitiatorException {
    Map<Sanitize.Method, CommandSupport> support = new EnumMap<>(Sanitize.Method.class);
    for (Sanitize.Method method : Sanitize.Method.values()) {
      support.put(method, CommandSupport.of(unit, Cdb.SANITIZE, method.serviceAction()));
    }
    return support;
  }

  /** SPC-3 has no service actions of EXTENDED COPY, and targets of that age are asked so. */
  private static CommandSupport extendedCopy(UnitClient unit) throws InitiatorException {
    CommandSupport support = CommandSupport.of(unit, Cdb.EXTENDED_COPY, LID1);
    return support.known()
        ? support
        : CommandSupport.of(unit, Cdb.EXTENDED_COPY, NO_SERVICE_ACTION);
  }

  private static Optional<CopyLimits> copyLimits(UnitClient unit) throws InitiatorException {
    try {
      ByteBuffer data =
          unit.ask(
              ScsiCommand.in(
                  "RECEIVE COPY RESULTS",
                  Cdb.receiveOperatingParameters(CopyLimits.ALLOCATION_BYTES),
                  CopyLimits.ALLOCATION_BYTES,
                  ScsiCommand.DataWork.NONE));
      return Optional.of(CopyLimits.of(data));
    } catch (CommandRefused e) {
      return Optional.empty();
    }
  }
}
