/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.core.volume.NaaName;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.TargetPort;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * 83h, Device Identification (SPC-4 §7.8.6): of the unit a T10 vendor designator, a locally
 * assigned NAA and its name as UUID; of the port its group, number and iSCSI name; of the device
 * its iSCSI name.
 */
final class DeviceIdentificationPage implements VpdPage {

  @Override
  public int code() {
    return 0x83;
  }

  @Override
  public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
    byte[] serial = SerialNumberPage.serial(nexus.unit());
    Designator.header(out, Designator.ASCII, Designator.OF_UNIT | 0x1, 8 + serial.length);
    out.put("LUNETTE ".getBytes(StandardCharsets.US_ASCII)).put(serial);
    Designator.header(out, Designator.BINARY, Designator.OF_UNIT | 0x3, 8);
    out.putLong(NaaName.of(nexus.unit().identity()).value());
    TargetPort port = inventory.targetPort(nexus.relativePort());
    Designator.portNumber(out, Designator.PORT_GROUP, port.groupTag());
    Designator.portNumber(out, Designator.RELATIVE_PORT, port.relativeId());
    Designator.name(out, Designator.OF_PORT, port.name());
    Designator.name(out, Designator.OF_DEVICE, inventory.targetName());
  }
}
