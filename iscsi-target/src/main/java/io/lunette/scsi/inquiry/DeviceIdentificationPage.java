/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.TargetPort;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * 83h, Device Identification (SPC-4 §7.8.6): of the unit a T10 vendor designator, a locally
 * assigned NAA and its name as UUID; of the port its group, number and iSCSI name; of the device
 * its iSCSI name.
 */
final class DeviceIdentificationPage implements VpdPage {

  private static final int BINARY = 1;
  private static final int ASCII = 2;
  private static final int UTF8 = 3;
  private static final int OF_UNIT = 0x00;
  private static final int OF_PORT = 0x10;
  private static final int OF_DEVICE = 0x20;
  private static final int ISCSI = 0x50;
  private static final int PIV = 0x80;
  private static final long NAA_LOCAL = 0x3L << 60;

  @Override
  public int code() {
    return 0x83;
  }

  @Override
  public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
    byte[] serial = SerialNumberPage.serial(nexus.unit());
    designator(out, ASCII, OF_UNIT | 0x1, 8 + serial.length);
    out.put("LUNETTE ".getBytes(StandardCharsets.US_ASCII)).put(serial);
    designator(out, BINARY, OF_UNIT | 0x3, 8);
    out.putLong(naa(nexus.unit().identity()));
    TargetPort port = inventory.targetPort(nexus.relativePort());
    portNumber(out, 0x5, port.groupTag());
    portNumber(out, 0x4, port.relativeId());
    name(out, OF_PORT, port.name());
    name(out, OF_DEVICE, inventory.targetName());
  }

  /** The low 60 bits of a hash of the identity, under the prefix of locally assigned names. */
  static long naa(UUID identity) {
    long mixed = identity.getMostSignificantBits() * 31 + identity.getLeastSignificantBits();
    return NAA_LOCAL | mixed & ~(0xFL << 60);
  }

  private static void designator(ByteBuffer out, int codeSet, int associationAndType, int bytes) {
    out.put((byte) codeSet).put((byte) associationAndType).put((byte) 0).put((byte) bytes);
  }

  private static void portNumber(ByteBuffer out, int type, int number) {
    designator(out, ISCSI | BINARY, PIV | OF_PORT | type, 4);
    out.putShort((short) 0).putShort((short) number);
  }

  /** SCSI name string: null-terminated, padded to a multiple of four (SPC-4 §7.8.6.11). */
  private static void name(ByteBuffer out, int association, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + 4) & ~3;
    designator(out, ISCSI | UTF8, PIV | association | 0x8, padded);
    out.put(text).put(new byte[padded - text.length]);
  }
}
