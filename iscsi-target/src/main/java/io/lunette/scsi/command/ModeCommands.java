/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.Cdb;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.ModeState;
import io.lunette.scsi.device.ModeValues;
import io.lunette.scsi.device.ScsiTask;
import io.lunette.scsi.mode.ModePage;
import io.lunette.scsi.mode.ModePages;
import java.nio.ByteBuffer;
import java.util.List;

/** MODE SENSE and MODE SELECT (6, 10) (SPC-4 §6.11 to §6.14). */
final class ModeCommands {

  private static final int DBD = 0x08;
  private static final int LLBAA = 0x10;
  private static final int PAGE_FORMAT = 0x10;
  private static final int SAVE = 0x01;
  private static final int PS = 0x80;
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
    LogicalUnit unit = task.unit();
    int control = cdb.u8(2) >> 6;
    int code = cdb.u8(2) & 0x3F;
    List<ModePage> asked = pages.select(unit, code, cdb.u8(3));
    if (asked.isEmpty()) {
      return pages.select(unit, code, 0).isEmpty()
          ? Sense.INVALID_FIELD_IN_CDB.atCdbBit(2, 5)
          : Sense.INVALID_FIELD_IN_CDB.atCdbBit(3, 7);
    }
    if (control == SAVED && !unit.modes().saves()) {
      return Sense.SAVING_NOT_SUPPORTED;
    }
    ByteBuffer data = ByteBuffer.allocate(MOST_BYTES);
    putHeader(task, data);
    for (ModePage page : asked) {
      byte[] values = values(page, control, unit);
      values[0] |= (byte) (isSaveable(page, unit) ? PS : 0);
      data.put(values);
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
      case DEFAULTS -> page.page(unit, ModeValues.DEFAULTS);
      case SAVED -> page.page(unit, unit.modes().saved());
      default -> page.page(unit, unit.modes().current());
    };
  }

  /** A page of which nothing can be changed has nothing to save. */
  private static boolean isSaveable(ModePage page, LogicalUnit unit) {
    byte[] changeable = page.changeable(unit);
    for (int i = page.headerBytes(); i < changeable.length; i++) {
      if (changeable[i] != 0) {
        return unit.modes().saves();
      }
    }
    return false;
  }

  private static void putHeader(ScsiTask task, ByteBuffer data) {
    Cdb cdb = task.cdb();
    boolean readOnly =
        task.nexus().mapped().readOnly()
            || task.unit().features().readOnly()
            || task.unit().modes().current().softwareWriteProtect();
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
    boolean save = cdb.bit(1, SAVE);
    if (!cdb.bit(1, PAGE_FORMAT)) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 4);
    }
    if (save && !task.unit().modes().saves()) {
      return Sense.INVALID_FIELD_IN_CDB.atCdbBit(1, 0);
    }
    int announced = isTen(cdb) ? cdb.u16(7) : cdb.u8(4);
    ByteBuffer list = task.dataOut().slice();
    if (list.remaining() < announced) {
      return Sense.PARAMETER_LIST_LENGTH;
    }
    ModeParameterList parameters =
        new ModeParameterList(task.unit(), pages, list.limit(announced), isTen(cdb));
    ModeState modes = task.unit().modes();
    ModeValues before;
    do {
      before = modes.current();
      Outcome refusal = parameters.parse(before);
      if (refusal != null) {
        return refusal;
      }
    } while (!modes.replace(before, parameters.values()));
    ModeValues after = parameters.values();
    if (!after.equals(before)) {
      task.unit().establishElsewhere(task.nexus(), Sense.MODE_PARAMETERS_CHANGED);
    }
    boolean flush = before.writeCache() && !after.writeCache();
    return save ? save(task, flush) : flush ? flush(task) : Outcome.GOOD;
  }

  private static Outcome save(ScsiTask task, boolean flush) {
    task.unit()
        .modes()
        .save()
        .whenComplete(
            (kept, failure) -> {
              if (failure != null) {
                task.end(Sense.INTERNAL_TARGET_FAILURE);
              } else if (flush) {
                task.device().flush(task);
              } else {
                task.end(Outcome.GOOD);
              }
            });
    return Outcome.LATER;
  }

  /** What was cached when the cache was turned off. */
  private static Outcome flush(ScsiTask task) {
    task.device().flush(task);
    return Outcome.LATER;
  }
}
