/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The commands of a device server by opcode and service action. Built once; refuses duplicates.
 * Immutable.
 */
public final class CommandTable {

  private static final int SERVICE_ACTIONS = 32;

  private final CommandDescriptor[] byOpcode = new CommandDescriptor[256];
  private final CommandDescriptor[][] byServiceAction = new CommandDescriptor[256][];
  private final List<CommandDescriptor> all;

  public CommandTable(List<CommandDescriptor> descriptors) {
    List<CommandDescriptor> sorted = new ArrayList<>(descriptors);
    sorted.sort(
        Comparator.comparingInt(CommandDescriptor::opcode)
            .thenComparingInt(CommandDescriptor::serviceAction));
    all = Collections.unmodifiableList(sorted);
    sorted.forEach(this::add);
  }

  private void add(CommandDescriptor descriptor) {
    boolean plain = descriptor.serviceAction == CommandDescriptor.NO_SERVICE_ACTION;
    CommandDescriptor[] actions = byServiceAction[descriptor.opcode];
    boolean taken =
        byOpcode[descriptor.opcode] != null
            || (actions != null && (plain || actions[descriptor.serviceAction] != null));
    if (taken) {
      throw new IllegalArgumentException("two commands claim the place of " + descriptor.name);
    }
    if (plain) {
      byOpcode[descriptor.opcode] = descriptor;
      return;
    }
    if (actions == null) {
      actions = new CommandDescriptor[SERVICE_ACTIONS];
      byServiceAction[descriptor.opcode] = actions;
    }
    actions[descriptor.serviceAction] = descriptor;
  }

  /** The row of an opcode that has no service actions, or null. */
  public CommandDescriptor find(int opcode) {
    return byOpcode[opcode];
  }

  /** The row of a service action, or null. */
  public CommandDescriptor find(int opcode, int serviceAction) {
    CommandDescriptor[] actions = byServiceAction[opcode];
    return actions == null || serviceAction < 0 || serviceAction >= SERVICE_ACTIONS
        ? null
        : actions[serviceAction];
  }

  /** Whether the opcode is told apart by service actions. */
  public boolean hasServiceActions(int opcode) {
    return byServiceAction[opcode] != null;
  }

  /** All rows, by opcode and service action. */
  public List<CommandDescriptor> all() {
    return all;
  }
}
