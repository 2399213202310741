/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** 80h, Unit Serial Number (SPC-4 §7.8.16): the identity without its dashes. */
final class SerialNumberPage implements VpdPage {

  @Override
  public int code() {
    return 0x80;
  }

  @Override
  public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
    out.put(serial(nexus.unit()));
  }

  static byte[] serial(LogicalUnit unit) {
    return unit.identity().toString().replace("-", "").getBytes(StandardCharsets.US_ASCII);
  }
}
