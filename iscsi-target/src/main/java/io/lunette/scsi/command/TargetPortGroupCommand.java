/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import io.lunette.scsi.device.TargetPort;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * REPORT TARGET PORT GROUPS (SPC-4 §6.37). A portal group is a target port group; all of them reach
 * the unit in the same process, so each is active/optimized for ever and there is no transition.
 */
final class TargetPortGroupCommand {

  private static final int FORMAT_MASK = 0xE0;
  private static final int LENGTH_ONLY = 0x00;
  private static final int EXTENDED = 0x20;
  private static final int EXTENDED_HEADER = 0x10;
  private static final int GROUP_BYTES = 8;
  private static final int PORT_BYTES = 4;
  private static final int ACTIVE_OPTIMIZED = 0x00;
  private static final int ACTIVE_OPTIMIZED_SUPPORTED = 0x01;

  private TargetPortGroupCommand() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(
                0xA3, 0x0A, "REPORT TARGET PORT GROUPS", "A3 FF 00 00 00 00 FF FF FF FF 00 00")
            .by(TargetPortGroupCommand::report));
  }

  private static Outcome report(ScsiTask task) {
    int format = task.cdb().u8(1) & FORMAT_MASK;
    if (format != LENGTH_ONLY && format != EXTENDED) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 7);
    }
    List<TargetPort> ports = task.inventory().targetPorts();
    Map<Integer, List<TargetPort>> groups =
        ports.stream()
            .collect(
                Collectors.groupingBy(TargetPort::groupTag, TreeMap::new, Collectors.toList()));
    int header = format == EXTENDED ? 8 : 4;
    ByteBuffer data =
        ByteBuffer.allocate(header + GROUP_BYTES * groups.size() + PORT_BYTES * ports.size());
    data.putInt(data.capacity() - 4);
    if (format == EXTENDED) {
      data.put((byte) EXTENDED_HEADER).put((byte) 0).putShort((short) 0);
    }
    groups.forEach((tag, members) -> putGroup(data, tag, members));
    return task.reply(data.flip(), task.cdb().u32(6));
  }

  private static void putGroup(ByteBuffer data, int tag, List<TargetPort> members) {
    data.put((byte) ACTIVE_OPTIMIZED)
        .put((byte) ACTIVE_OPTIMIZED_SUPPORTED)
        .putShort((short) tag)
        .put((byte) 0)
        .put((byte) 0)
        .put((byte) 0)
        .put((byte) members.size());
    members.forEach(port -> data.putShort((short) 0).putShort((short) port.relativeId()));
  }
}
