/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.copy.CopyManager;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.CommandTable;
import io.lunette.scsi.device.LogicalUnit;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** Everything this target's logical units can do. */
public final class CommandSet {

  private CommandSet() {}

  /** Goes on with what a restart of the target interrupted in a unit that nobody sees yet. */
  public static void resume(LogicalUnit unit) {
    SanitizeCommand.resume(unit);
  }

  /** The table of a direct-access block device whose copies run on whatever thread comes by. */
  public static CommandTable blockDevice() {
    return blockDevice(new CopyManager(Runnable::run, new SecureRandom(), System::nanoTime));
  }

  /** The table of a direct-access block device. */
  public static CommandTable blockDevice(CopyManager copies) {
    List<CommandDescriptor> rows = new ArrayList<>();
    rows.addAll(UnitCommands.rows());
    rows.addAll(MediumCommands.rows());
    rows.addAll(InquiryCommand.rows());
    rows.addAll(ModeCommands.rows());
    rows.addAll(LogCommands.rows());
    rows.addAll(new CapacityCommands(copies.threads()).rows());
    rows.addAll(ReadCommands.rows());
    rows.addAll(WriteCommands.rows());
    rows.addAll(VerifyCommands.rows());
    rows.addAll(CacheCommands.rows());
    rows.addAll(UnmapCommand.rows());
    rows.addAll(WriteSameCommands.rows());
    rows.addAll(AtomicCommands.rows());
    rows.addAll(ReserveCommands.rows());
    rows.addAll(PersistentReserveIn.rows());
    rows.addAll(PersistentReserveOut.rows());
    rows.addAll(TargetPortGroupCommand.rows());
    rows.addAll(DefectCommands.rows());
    rows.addAll(DiagnosticCommand.rows());
    rows.addAll(SanitizeCommand.rows());
    rows.addAll(copies.rows());
    SupportedOperations supported = new SupportedOperations(rows);
    rows.addAll(supported.rows());
    return new CommandTable(rows);
  }
}
