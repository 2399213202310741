/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * A logical unit as one initiator is allowed to see it: the unit, whether read-only, the gate that
 * shuts when it is unmapped, and what went through. Shared by the sessions of the initiator.
 */
public final class MappedUnit {

  private final LogicalUnit unit;
  private final boolean readOnly;
  private final MappingStatistics statistics = new MappingStatistics();
  private final AccessGate gate = new AccessGate();

  public MappedUnit(LogicalUnit unit, boolean readOnly) {
    this.unit = unit;
    this.readOnly = readOnly;
  }

  public LogicalUnit unit() {
    return unit;
  }

  public boolean readOnly() {
    return readOnly;
  }

  public MappingStatistics statistics() {
    return statistics;
  }

  /** On return no command is under way through this mapping, and none gets through any more. */
  public void shut() {
    gate.shut();
  }

  AccessGate gate() {
    return gate;
  }
}
