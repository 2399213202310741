/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Cdb;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the command in the table, runs the checks that all commands share, then the handler (SAM-5
 * §4.6). The order of the checks is that of SPC-4 §5.3 and §5.9: is there such a unit and command,
 * is a unit attention pending, is the unit reserved, is the CDB well formed, is the medium ready.
 *
 * <p>Immutable and thread-safe; serves any number of units.
 */
public final class DeviceServer {

  private static final int LONGEST_PARAMETER_LIST = 64 << 10;

  private static final Logger LOG = LoggerFactory.getLogger(DeviceServer.class);

  private final CommandTable table;

  /** Made once: it is asked for with every command. */
  private final CommandHandler dispatching = this::dispatch;

  public DeviceServer(CommandTable table) {
    this.table = table;
  }

  /**
   * How many bytes of data-out the command will use, so that the transport asks for no more: 0 for
   * a command that takes none, is unknown, or is bound to fail.
   */
  public long dataOutBytes(ScsiTask task) {
    CommandDescriptor row = find(task.cdb());
    if (row == null || row.dataOutBytes == null || task.nexus() == null) {
      return 0;
    }
    long bytes = row.dataOutBytes.applyAsLong(task);
    long most =
        row.access.changesMedium() || row.access == Access.READ
            ? 2L * task.unit().limits().transfer() * task.unit().blockBytes()
            : LONGEST_PARAMETER_LIST;
    return bytes < 0 || bytes > most ? 0 : bytes;
  }

  /** Executes the task; its {@code ended} is called once, before or after this returns. */
  public void execute(ScsiTask task) {
    Outcome outcome = guarded(task, dispatching);
    if (outcome != Outcome.LATER) {
      task.end(outcome);
    }
  }

  /**
   * A defect of a handler, or the want of memory or stack that it met, ends its command, never the
   * session that it came by. What was thrown by those who deliver an outcome is theirs.
   */
  static Outcome guarded(ScsiTask task, CommandHandler handler) {
    try {
      return handler.execute(task);
    } catch (RuntimeException | Error e) {
      if (task.hasEnded()) {
        throw e;
      }
      LOG.error("defect in a command with operation code {}", task.cdb().opcode(), e);
      return Sense.INTERNAL_TARGET_FAILURE;
    }
  }

  private Outcome dispatch(ScsiTask task) {
    CommandDescriptor row = find(task.cdb());
    Nexus nexus = task.nexus();
    if (nexus == null || !nexus.mapped().gate().enter()) {
      task.unmapped();
      return withoutUnit(task, row);
    }
    task.enteredMapping();
    nexus.unit().noticeCapacity();
    if (row != null && !row.isOfferedBy(nexus.unit())) {
      row = null;
    }
    task.descriptor(row);
    Outcome refusal = refuse(task, row, nexus);
    if (refusal != null) {
      return refusal;
    }
    return row.access.changesMedium() ? write(task, row) : row.handler.execute(task);
  }

  /** What was unmapped answers as what never was (DESIGN I6). */
  private static Outcome withoutUnit(ScsiTask task, CommandDescriptor row) {
    if (row == null || !row.withoutUnit) {
      return Sense.LUN_NOT_SUPPORTED;
    }
    Outcome malformed = checkUsage(task.cdb(), row);
    return malformed != null ? malformed : row.handler.execute(task);
  }

  private Outcome write(ScsiTask task, CommandDescriptor row) {
    AtomicityGate gate = task.unit().atomicity();
    if (row.access == Access.WRITE && gate.tryEnter()) {
      task.enteredAtomicity();
      return writeInside(task, row);
    }
    gate.enter(
        row.access == Access.ATOMIC_WRITE,
        () -> {
          task.enteredAtomicity();
          Outcome outcome = guarded(task, any -> writeInside(task, row));
          if (outcome != Outcome.LATER) {
            task.end(outcome);
          }
        });
    return Outcome.LATER;
  }

  /** Between the checks and the gate a SANITIZE may have begun, which runs outside of it. */
  private static Outcome writeInside(ScsiTask task, CommandDescriptor row) {
    Outcome refusal = refuseWrite(task.nexus(), row);
    return refusal != null ? refusal : row.handler.execute(task);
  }

  private Outcome refuse(ScsiTask task, CommandDescriptor row, Nexus nexus) {
    if (row != null && row.withoutUnit) {
      return checkUsage(task.cdb(), row);
    }
    if (nexus.attentions().any()) {
      Sense attention = task.takeAttention();
      if (attention != null) {
        return attention;
      }
    }
    if (row == null) {
      return table.hasServiceActions(task.cdb().opcode())
          ? Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 4)
          : Sense.INVALID_OPCODE;
    }
    LogicalUnit unit = nexus.unit();
    if (row.access != Access.UNRESERVED && unit.stateObstacle() != null) {
      return unit.stateObstacle();
    }
    if (isReserved(task.cdb(), row, nexus)) {
      return Outcome.RESERVATION_CONFLICT;
    }
    Outcome malformed = checkUsage(task.cdb(), row);
    if (malformed != null) {
      return malformed;
    }
    Sense obstacle = obstacle(unit, row);
    if (obstacle != null) {
      return obstacle;
    }
    if (row.access.changesMedium()) {
      return writeProtection(nexus);
    }
    return null;
  }

  /** Why the unit is not ready for a command; a write that waited asks again. */
  private static Sense obstacle(LogicalUnit unit, CommandDescriptor row) {
    Sense sanitizing = unit.sanitize().obstacle();
    boolean passes =
        row.whileSanitizing || (row.afterFailedSanitize && !unit.sanitize().isRunning());
    if (sanitizing != null && !passes) {
      return sanitizing;
    }
    return row.needsMedium ? unit.medium().obstacle() : null;
  }

  /** What stands in the way of a write that has waited since it was checked; null if nothing. */
  static Outcome refuseWrite(Nexus nexus, CommandDescriptor row) {
    Sense obstacle = obstacle(nexus.unit(), row);
    return obstacle != null ? obstacle : writeProtection(nexus);
  }

  /** Why this nexus may not write; null if it may. */
  static Outcome writeProtection(Nexus nexus) {
    if (nexus.mapped().readOnly() || nexus.unit().features().readOnly()) {
      return Sense.WRITE_PROTECTED;
    }
    return nexus.unit().modes().current().softwareWriteProtect()
        ? Sense.SOFTWARE_WRITE_PROTECTED
        : null;
  }

  private static boolean isReserved(Cdb cdb, CommandDescriptor row, Nexus nexus) {
    if (row.access == Access.UNRESERVED) {
      return false;
    }
    LogicalUnit unit = nexus.unit();
    return unit.legacyReservation().conflictsWith(nexus)
        || unit.persistentReservations().conflicts(nexus, row.accessOf(cdb));
  }

  private CommandDescriptor find(Cdb cdb) {
    int opcode = cdb.opcode();
    return table.hasServiceActions(opcode)
        ? table.find(opcode, cdb.u8(1) & 0x1F)
        : table.find(opcode);
  }

  /** A bit outside the usage mask must be zero (SPC-4 §4.2.1), NACA with them: there is no ACA. */
  private static Outcome checkUsage(Cdb cdb, CommandDescriptor row) {
    byte[] usage = row.usage;
    for (int i = 1; i < usage.length; i++) {
      int excess = cdb.u8(i) & ~usage[i] & 0xFF;
      if (excess != 0) {
        int bit = 31 - Integer.numberOfLeadingZeros(excess);
        return Sense.INVALID_FIELD_IN_CDB.atCdbBit(i, bit);
      }
    }
    return null;
  }
}
