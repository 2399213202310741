/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Cdb;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ScsiTask;
import io.lunette.scsi.mode.ModePage;
import io.lunette.scsi.mode.ModePages;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** MODE SENSE and MODE SELECT (6, 10) (SPC-4 §6.11 to §6.14). Nothing is saved. */
final class ModeCommands {

  private static final int DBD = 0x08;
  private static final int LLBAA = 0x10;
  private static final int PAGE_FORMAT = 0x10;
  private static final int SAVE = 0x01;
  private static final int ALL_PAGES = 0x3F;
  private static final int ALL_SUBPAGES = 0xFF;
  private static final int CHANGEABLE = 1;
  private static final int DEFAULTS = 2;
  private static final int SAVED = 3;
  private static final int WRITE_PROTECTED = 0x80;
  private static final int DPOFUA = 0x10;
  private static final int MOST_BYTES = 512;

  private final ModePages pages = new ModePages();

  private ModeCommands() {}

  static List<CommandDescriptor> rows() {
    ModeCommands commands = new ModeCommands();
    return List.of(
        CommandDescriptor.of(0x1A, "MODE SENSE(6)", "1A 08 FF FF FF 00").by(commands::sense),
        CommandDescriptor.of(0x5A, "MODE SENSE(10)", "5A 18 FF FF 00 00 00 FF FF 00")
            .by(commands::sense),
        CommandDescriptor.of(0x15, "MODE SELECT(6)", "15 11 00 00 FF 00")
            .access(Access.CONTROL)
            .dataOut(task -> task.cdb().u8(4))
            .by(commands::select),
        CommandDescriptor.of(0x55, "MODE SELECT(10)", "55 11 00 00 00 00 00 FF FF 00")
            .access(Access.CONTROL)
            .dataOut(task -> task.cdb().u16(7))
            .by(commands::select));
  }

  private static boolean isTen(Cdb cdb) {
    return cdb.opcode() >= 0x40;
  }

  private Outcome sense(ScsiTask task) {
    Cdb cdb = task.cdb();
    int control = cdb.u8(2) >> 6;
    int code = cdb.u8(2) & 0x3F;
    int subpage = cdb.u8(3);
    if (control == SAVED) {
      return Sense.SAVING_NOT_SUPPORTED;
    }
    ModePage one = pages.find(code);
    boolean knownSubpage = subpage == 0 || subpage == ALL_SUBPAGES;
    if (!knownSubpage || (code != ALL_PAGES && one == null)) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(knownSubpage ? 2 : 3, 5);
    }
    Collection<ModePage> asked = code == ALL_PAGES ? pages.all() : List.of(one);
    ByteBuffer data = ByteBuffer.allocate(MOST_BYTES);
    putHeader(task, data);
    for (ModePage page : asked) {
      data.put(values(page, control, task.unit()));
    }
    if (isTen(cdb)) {
      data.putShort(0, (short) (data.position() - 2));
    } else {
      data.put(0, (byte) (data.position() - 1));
    }
    return task.reply(data.flip(), isTen(cdb) ? cdb.u16(7) : cdb.u8(4));
  }

  private static byte[] values(ModePage page, int control, LogicalUnit unit) {
    return switch (control) {
      case CHANGEABLE -> page.changeable(unit);
      case DEFAULTS -> page.defaults(unit);
      default -> page.current(unit);
    };
  }

  private static void putHeader(ScsiTask task, ByteBuffer data) {
    Cdb cdb = task.cdb();
    boolean readOnly =
        task.nexus().mapped().readOnly()
            || task.unit().features().readOnly()
            || task.unit().modes().softwareWriteProtect();
    int specific = DPOFUA | (readOnly ? WRITE_PROTECTED : 0);
    boolean descriptor = !cdb.bit(1, DBD);
    boolean longForm = isTen(cdb) && cdb.bit(1, LLBAA);
    int descriptorBytes = descriptor ? longForm ? 16 : 8 : 0;
    if (isTen(cdb)) {
      data.putShort((short) 0)
          .put((byte) 0)
          .put((byte) specific)
          .put((byte) (longForm && descriptor ? 1 : 0))
          .put((byte) 0)
          .putShort((short) descriptorBytes);
    } else {
      data.put((byte) 0).put((byte) 0).put((byte) specific).put((byte) descriptorBytes);
    }
    if (!descriptor) {
      return;
    }
    long blocks = task.unit().medium().isPresent() ? task.unit().blocks() : 0;
    if (longForm) {
      data.putLong(blocks).putInt(0);
    } else {
      data.putInt((int) Math.min(blocks, 0xFFFF_FFFFL));
    }
    data.putInt(task.unit().blockBytes());
  }

  private Outcome select(ScsiTask task) {
    Cdb cdb = task.cdb();
    if (!cdb.bit(1, PAGE_FORMAT)) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 4);
    }
    if (cdb.bit(1, SAVE)) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 0);
    }
    int announced = isTen(cdb) ? cdb.u16(7) : cdb.u8(4);
    if (announced == 0) {
      return Outcome.GOOD;
    }
    ByteBuffer list = task.dataOut().slice();
    int header = isTen(cdb) ? 8 : 4;
    if (list.remaining() < Math.max(header, announced)) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    int descriptors = isTen(cdb) ? list.getShort(6) & 0xFFFF : list.get(3) & 0xFF;
    if (header + descriptors > list.limit()) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    list.position(header + descriptors);
    Map<ModePage, byte[]> changes = new LinkedHashMap<>();
    Outcome refusal = collect(task.unit(), list, changes);
    if (refusal != null) {
      return refusal;
    }
    if (!changes.isEmpty()) {
      changes.forEach((page, value) -> page.select(task.unit(), value));
      task.unit().establishElsewhere(task.nexus(), Sense.MODE_PARAMETERS_CHANGED);
    }
    return Outcome.GOOD;
  }

  /** Checks every page before the first is taken over. */
  private Outcome collect(LogicalUnit unit, ByteBuffer list, Map<ModePage, byte[]> changes) {
    while (list.hasRemaining()) {
      if (list.remaining() < 2) {
        return Sense.PARAMETER_LIST_LENGTH;
      }
      int at = list.position();
      ModePage page = pages.find(list.get(at) & 0x7F);
      if (page == null) {
        return Sense.INVALID_FIELD_IN_PARAMETERS;
      }
      byte[] current = page.current(unit);
      if ((list.get(at + 1) & 0xFF) != current.length - 2) {
        return Sense.INVALID_FIELD_IN_PARAMETERS;
      }
      if (list.remaining() < current.length) {
        return Sense.PARAMETER_LIST_LENGTH;
      }
      byte[] wanted = new byte[current.length];
      list.get(wanted);
      byte[] changeable = page.changeable(unit);
      for (int i = 2; i < wanted.length; i++) {
        if (((wanted[i] ^ current[i]) & ~changeable[i]) != 0) {
          return Sense.INVALID_FIELD_IN_PARAMETERS;
        }
      }
      changes.put(page, wanted);
    }
    return null;
  }
}
