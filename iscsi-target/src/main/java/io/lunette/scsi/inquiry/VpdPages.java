/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.inquiry;

import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The vital product data pages of a unit; the list of them derives from the set. Immutable. */
public final class VpdPages {

  private static final int MOST_BYTES = 8192;

  private final SortedMap<Integer, VpdPage> pages = new TreeMap<>();

  public VpdPages() {
    List.of(
            new SerialNumberPage(),
            new DeviceIdentificationPage(),
            new ExtendedInquiryPage(),
            new ScsiPortsPage(),
            new ThirdPartyCopyPage(),
            new BlockLimitsPage(),
            new BlockCharacteristicsPage(),
            new ProvisioningPage(),
            new SupportedPages())
        .forEach(page -> pages.put(page.code(), page));
  }

  /** The page, from position 0 to the limit; null if there is none of this code. */
  public ByteBuffer find(int code, Nexus nexus, LunInventory inventory) {
    VpdPage page = pages.get(code);
    if (page == null) {
      return null;
    }
    ByteBuffer out = ByteBuffer.allocate(MOST_BYTES);
    out.put((byte) 0).put((byte) code).putShort((short) 0);
    page.body(nexus, inventory, out);
    out.putShort(2, (short) (out.position() - 4));
    return out.flip();
  }

  /** 00h, Supported VPD Pages (SPC-4 §7.8.15). */
  private final class SupportedPages implements VpdPage {
    @Override
    public int code() {
      return 0x00;
    }

    @Override
    public void body(Nexus nexus, LunInventory inventory, ByteBuffer out) {
      pages.keySet().forEach(code -> out.put(code.byteValue()));
    }
  }
}
