/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.TargetPort;
import java.nio.ByteBuffer;

/** 88h, SCSI Ports (SPC-4 §7.8.12): the target ports with their numbers and names. */
final class ScsiPortsPage implements VpdPage {

  @Override
  public int code() {
    return 0x88;
  }

  @Override
  public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
    for (TargetPort port : inventory.targetPorts()) {
      out.putShort((short) 0).putShort((short) port.relativeId()).putInt(0).putShort((short) 0);
      int lengthAt = out.position();
      out.putShort((short) 0);
      Designator.name(out, Designator.OF_PORT, port.name());
      out.putShort(lengthAt, (short) (out.position() - lengthAt - Short.BYTES));
    }
  }
}
