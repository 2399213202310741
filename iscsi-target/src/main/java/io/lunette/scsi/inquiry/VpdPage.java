/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import java.nio.ByteBuffer;

/** A vital product data page (SPC-4 §7.8). */
interface VpdPage {

  /** Its code. */
  int code();

  /** Puts what follows the four bytes of the page header. */
  void body(Nexus nexus, LunInventory inventory, ByteBuffer out);
}
