/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.inquiry.VpdPages;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The units that an initiator sees, by what VPD page 83h says of them there. There is no other way
 * from a designator to a unit, so a copy reaches what its initiator's LUN map shows and nothing
 * else (DESIGN I6). Built at the first look that is not for the unit addressed. Not thread-safe.
 */
final class CscdDirectory {

  /** CSCD descriptor ID of the unit that the command was sent to (SPC-4 table 148). */
  static final int OWN_UNIT = 0xFFFF;

  private static final int PAGE = 0x83;
  private static final int PAGE_HEADER = 4;

  private static final int NAA = 3;

  private final Nexus own;
  private final LunInventory inventory;
  private final VpdPages pages = new VpdPages();
  private final Map<Designator, Nexus> units = new HashMap<>();
  private boolean complete;

  CscdDirectory(Nexus own, LunInventory inventory) {
    this.own = own;
    this.inventory = inventory;
    add(own);
  }

  /** The nexus of the unit with this designator. */
  Optional<Nexus> find(Designator designator) {
    if (!units.containsKey(designator) && !complete) {
      complete = true;
      for (int lun : inventory.luns()) {
        Nexus nexus = inventory.nexus(lun);
        if (nexus != null && nexus != own) {
          add(nexus);
        }
      }
    }
    return Optional.ofNullable(units.get(designator));
  }

  /** The NAA designator of the unit that the command was sent to; every unit has one. */
  Designator naaOfOwnUnit() {
    return units.keySet().stream()
        .filter(designator -> designator.type() == NAA)
        .findFirst()
        .orElseThrow();
  }

  private void add(Nexus nexus) {
    ByteBuffer page = pages.find(PAGE, nexus, inventory);
    for (int at = PAGE_HEADER; at < page.limit(); ) {
      Designator designator = Designator.decode(page, at);
      if (designator.isOfLogicalUnit()) {
        units.putIfAbsent(designator, nexus);
      }
      at += designator.bytes();
    }
  }
}
