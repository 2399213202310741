/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.ScsiTask;
import io.lunette.scsi.inquiry.StandardInquiry;
import io.lunette.scsi.inquiry.VpdPages;
import java.nio.ByteBuffer;
import java.util.List;

/** INQUIRY (SPC-4 §6.6). Answers for any LUN, whatever is reserved or pending. */
final class InquiryCommand {

  private static final int EVPD = 0x01;

  private final VpdPages pages = new VpdPages();

  private InquiryCommand() {}

  static List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x12, "INQUIRY", "12 01 FF FF FF 00")
            .access(Access.UNRESERVED)
            .withoutUnit()
            .whileSanitizing()
            .by(new InquiryCommand()::inquire));
  }

  private Outcome inquire(ScsiTask task) {
    int page = task.cdb().u8(2);
    long allocation = task.cdb().u16(3);
    if (!task.cdb().bit(1, EVPD)) {
      if (page != 0) {
        return Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7);
      }
      int ports = task.inventory().targetPorts().size();
      ByteBuffer data =
          task.nexus() == null
              ? StandardInquiry.of(StandardInquiry.NO_UNIT, false, ports)
              : StandardInquiry.of(0, task.unit().medium().isRemovable(), ports);
      return task.reply(data, allocation);
    }
    if (task.nexus() == null) {
      return Sense.LUN_NOT_SUPPORTED;
    }
    ByteBuffer data = pages.find(page, task.nexus(), task.inventory());
    return data == null ? Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 7) : task.reply(data, allocation);
  }
}
