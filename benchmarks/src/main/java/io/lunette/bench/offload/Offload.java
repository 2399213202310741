/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.util.Optional;

/** Work that a unit is asked for; the same object is used for every unit. */
interface Offload {

  /** What tables call it. */
  String name();

  /** The work that an initiator does to the same end, which this is held against. */
  String plainName();

  /** Why it is not asked of the unit: in what it says of itself. */
  Optional<String> absence(OffloadUnit unit);

  /** Bytes that it is about. */
  long bytes(OffloadUnit unit);

  /** Writes what it is about; not measured. */
  void prepare(OffloadUnit unit) throws InitiatorException, CommandRefused;

  /**
   * The work itself, until it is done and durable.
   *
   * @return what there is to remark, or nothing
   */
  String run(OffloadUnit unit) throws InitiatorException, CommandRefused;

  /** Reads back all that it was about; not measured. */
  ReadBack check(OffloadUnit unit) throws InitiatorException, CommandRefused;
}
