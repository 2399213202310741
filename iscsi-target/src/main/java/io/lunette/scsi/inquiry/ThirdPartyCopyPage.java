/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.scsi.device.CopyLimits;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import java.nio.ByteBuffer;

/**
 * 8Fh, Third-party Copy (SPC-4 §7.8.17, SBC-3 §6.6.9): the commands, descriptors and ROD types that
 * the copy manager knows, and its limits. Descriptors in ascending order of their types.
 */
final class ThirdPartyCopyPage implements VpdPage {

  private static final int BLOCK_DEVICE_ROD_LIMITS = 0x0000;
  private static final int SUPPORTED_COMMANDS = 0x0001;
  private static final int PARAMETER_DATA = 0x0004;
  private static final int SUPPORTED_DESCRIPTORS = 0x0008;
  private static final int SUPPORTED_CSCD_IDS = 0x000C;
  private static final int ROD_TOKEN_FEATURES = 0x0106;
  private static final int SUPPORTED_ROD_TYPES = 0x0108;
  private static final int GENERAL_COPY_OPERATIONS = 0x8001;

  private static final byte[] COPY_OUT = {0x00, 0x01, 0x10, 0x11, 0x1C};
  private static final byte[] COPY_IN = {0x00, 0x03, 0x04, 0x05, 0x07};
  private static final byte[] DESCRIPTOR_TYPES = {0x02, (byte) 0xE4};
  private static final int OWN_UNIT = 0xFFFF;

  private static final int TOKEN_IN = 0x02;
  private static final int TOKEN_OUT = 0x01;
  private static final int DEFAULT_ROD = 0x0080_0000;
  private static final int CHANGE_VULNERABLE_ROD = 0x0080_0001;
  private static final int ZERO_ROD = 0xFFFF_0001;

  /** A copy has several pieces of this size under way. */
  private static final int OPTIMAL_BYTES = 1 << 20;

  @Override
  public int code() {
    return 0x8F;
  }

  @Override
  public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
    LogicalUnit unit = nexus.unit();
    rodLimits(out, unit);
    commands(out);
    descriptor(out, PARAMETER_DATA, 0x1C);
    out.putInt(0)
        .putShort((short) CopyLimits.CSCD_DESCRIPTORS)
        .putShort((short) CopyLimits.SEGMENT_DESCRIPTORS)
        .putInt(CopyLimits.DESCRIPTOR_LIST_BYTES)
        .putInt(0)
        .put(new byte[12]);
    descriptor(out, SUPPORTED_DESCRIPTORS, 4);
    out.put((byte) DESCRIPTOR_TYPES.length).put(DESCRIPTOR_TYPES).put((byte) 0);
    descriptor(out, SUPPORTED_CSCD_IDS, 4);
    out.putShort((short) 2).putShort((short) OWN_UNIT);
    rodFeatures(out, unit);
    descriptor(out, SUPPORTED_ROD_TYPES, 4 + 3 * 64);
    out.putShort((short) 0).putShort((short) (3 * 64));
    rodType(out, DEFAULT_ROD, TOKEN_IN | TOKEN_OUT);
    rodType(out, CHANGE_VULNERABLE_ROD, TOKEN_IN | TOKEN_OUT);
    rodType(out, ZERO_ROD, TOKEN_IN);
    descriptor(out, GENERAL_COPY_OPERATIONS, 0x20);
    out.putInt(CopyLimits.CONCURRENT_PER_NEXUS)
        .putInt(CopyLimits.CONCURRENT_PER_NEXUS)
        .putInt(CopyLimits.SEGMENT_BYTES)
        .put((byte) CopyLimits.GRANULARITY_LOG_2)
        .put(new byte[19]);
  }

  private static void descriptor(ByteBuffer out, int type, int bytes) {
    out.putShort((short) type).putShort((short) bytes);
  }

  private static void rodLimits(ByteBuffer out, LogicalUnit unit) {
    descriptor(out, BLOCK_DEVICE_ROD_LIMITS, 0x20);
    out.put(new byte[6])
        .putShort((short) CopyLimits.TOKEN_RANGES)
        .putInt(CopyLimits.LONGEST_INACTIVITY_SECONDS)
        .putInt(CopyLimits.DEFAULT_INACTIVITY_SECONDS)
        .putLong(CopyLimits.tokenBlocks(unit))
        .putLong(OPTIMAL_BYTES / unit.blockBytes());
  }

  private static void commands(ByteBuffer out) {
    int list = 2 + COPY_OUT.length + 2 + COPY_IN.length;
    int padding = 3 - list % 4;
    descriptor(out, SUPPORTED_COMMANDS, 1 + list + padding);
    out.put((byte) list);
    out.put((byte) 0x83).put((byte) COPY_OUT.length).put(COPY_OUT);
    out.put((byte) 0x84).put((byte) COPY_IN.length).put(COPY_IN);
    out.put(new byte[padding]);
  }

  /** No tokens of other targets; a block ROD features descriptor. */
  private static void rodFeatures(ByteBuffer out, LogicalUnit unit) {
    descriptor(out, ROD_TOKEN_FEATURES, 44 + 48);
    out.put(new byte[12])
        .putInt(1)
        .putInt(CopyLimits.TOKEN_LIFETIME_SECONDS)
        .putInt(CopyLimits.LONGEST_INACTIVITY_SECONDS)
        .put(new byte[18])
        .putShort((short) 48);
    out.putShort((short) 0)
        .putShort((short) 0x2C)
        .putShort((short) 0)
        .putShort((short) unit.limits().granularity())
        .putLong(CopyLimits.TOKEN_BYTES)
        .putLong(OPTIMAL_BYTES)
        .putLong(-1)
        .putLong(OPTIMAL_BYTES)
        .putLong(0);
  }

  private static void rodType(ByteBuffer out, int type, int flags) {
    out.putInt(type).put((byte) flags).put((byte) 0).putShort((short) 0).put(new byte[56]);
  }
}
