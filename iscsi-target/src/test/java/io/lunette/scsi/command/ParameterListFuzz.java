/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import java.util.Arrays;

/**
 * Fuzz target: the parameter lists of the commands that have one, behind CDBs that are in order and
 * announce what comes.
 */
public final class ParameterListFuzz {

  private static final int[] OPCODES = {
    0x15, 0x55, 0x42, 0x41, 0x93, 0x5F, 0x5F, 0x5F, 0x5F, 0x5F, 0x5F, 0x48, 0x89, 0x83, 0x2F, 0x9C
  };

  private ParameterListFuzz() {}

  /** The first byte chooses the command, the second its service action; the others are the list. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2) {
      return;
    }
    TestUnit unit = TestUnit.small();
    byte[] list = Arrays.copyOfRange(input, 2, Math.min(input.length, 4096));
    byte[] cdb = cdb(OPCODES[input[0] & 0xF], input[1] & 0xFF, list.length);
    CdbFuzz.check(unit.initiator.send(cdb, list), cdb);
    CdbFuzz.check(unit.another("b").send(cdb, list), cdb);
    CdbFuzz.check(unit.initiator.send(cdb, list), cdb);
  }

  private static byte[] cdb(int opcode, int selector, int length) {
    byte[] cdb = new byte[16];
    cdb[0] = (byte) opcode;
    switch (opcode) {
      case 0x15 -> {
        cdb[1] = (byte) (0x10 | selector & 1);
        cdb[4] = (byte) length;
      }
      case 0x5F, 0x48 -> {
        cdb[1] = (byte) (selector & 0x1F);
        cdb[2] = (byte) (selector >> 5);
        cdb[7] = (byte) (length >> 8);
        cdb[8] = (byte) length;
      }
      case 0x83 -> {
        cdb[1] = (byte) (selector & 0x1F);
        cdb[12] = (byte) (length >> 8);
        cdb[13] = (byte) length;
      }
      case 0x89, 0x93, 0x9C -> {
        cdb[1] = (byte) (selector & 0x18);
        cdb[13] = (byte) (opcode == 0x9C ? length / 512 : 1);
      }
      default -> {
        cdb[1] = (byte) (opcode == 0x42 || opcode == 0x55 ? 0x10 & -(opcode & 1) : selector & 0x18);
        cdb[7] = (byte) (opcode == 0x41 || opcode == 0x2F ? 0 : length >> 8);
        cdb[8] = (byte) (opcode == 0x41 || opcode == 0x2F ? 1 : length);
      }
    }
    return cdb;
  }
}
