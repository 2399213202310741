/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.pdu;

/**
 * Layout of the basic header segment (RFC 7143 §11.2.1 and the sections of each PDU). Nothing else
 * knows an offset.
 *
 * <pre>
 *     0        1        2        3        4        5        6        7
 *   +--------+--------+--------+--------+--------+--------+--------+--------+
 * 0 |I opcode|F  flags|  specific       |AHS len | data segment length      |
 *   +--------+--------+--------+--------+--------+--------+--------+--------+
 * 8 | LUN, or ISID and TSIH                                                 |
 *   +-----------------------------------+-----------------------------------+
 * 16 | initiator task tag                | EDTL, TTT or CID                  |
 *   +-----------------------------------+-----------------------------------+
 * 24 | CmdSN or StatSN                   | ExpStatSN or ExpCmdSN             |
 *   +-----------------------------------+-----------------------------------+
 * 32 | CDB, or MaxCmdSN                  | DataSN or R2TSN                   |
 *   +-----------------------------------+-----------------------------------+
 * 40 | buffer offset                     | residual count or desired length  |
 *   +-----------------------------------+-----------------------------------+
 * </pre>
 */
public final class Bhs {

  public static final int BYTES = 48;
  public static final int MOST_AHS_BYTES = 255 * 4;
  public static final int DIGEST_BYTES = 4;

  static final int FLAGS = 1;
  static final int AHS_LENGTH = 4;
  static final int DATA_LENGTH = 4;

  public static final int RESPONSE = 2;
  public static final int STATUS = 3;
  public static final int LUN = 8;
  public static final int ISID = 8;
  public static final int TSIH = 14;
  public static final int ITT = 16;
  public static final int EDTL = 20;
  public static final int TTT = 20;
  public static final int CID = 20;
  public static final int REFERENCED_TASK = 20;
  public static final int CMD_SN = 24;
  public static final int STAT_SN = 24;
  public static final int EXP_STAT_SN = 28;
  public static final int EXP_CMD_SN = 28;
  public static final int MAX_CMD_SN = 32;
  public static final int REF_CMD_SN = 32;
  public static final int CDB = 32;
  public static final int LOGIN_STATUS = 36;
  public static final int ASYNC_EVENT = 36;
  public static final int ASYNC_PARAMETERS = 38;
  public static final int DATA_SN = 36;
  public static final int R2T_SN = 36;
  public static final int EXP_DATA_SN = 36;
  public static final int BUFFER_OFFSET = 40;
  public static final int TIME_2_WAIT = 40;
  public static final int RESIDUAL = 44;
  public static final int DESIRED_LENGTH = 44;

  public static final int IMMEDIATE = 0x40;
  public static final int FINAL = 0x80;
  public static final int CONTINUE = 0x40;

  /** SCSI Command flags. */
  public static final int READ = 0x40;

  public static final int WRITE = 0x20;

  /** Task attribute, of the same flags, and its values but for SIMPLE. */
  public static final int ATTRIBUTE = 0x07;

  public static final int ORDERED = 0x02;
  public static final int HEAD_OF_QUEUE = 0x03;
  public static final int ACA = 0x04;

  /** SCSI Response and Data-In flags. */
  public static final int OVERFLOW = 0x04;

  public static final int UNDERFLOW = 0x02;
  public static final int STATUS_PRESENT = 0x01;

  /** The reserved value of both task tags. */
  public static final int NO_TAG = 0xFFFF_FFFF;

  private Bhs() {}
}
