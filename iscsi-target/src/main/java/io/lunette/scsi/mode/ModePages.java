/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import io.lunette.scsi.device.LogicalUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The mode pages of a unit, by code and subpage. Immutable. */
public final class ModePages {

  /** Page code that asks for all pages, and subpage code that asks for their subpages too. */
  public static final int ALL = 0x3F;

  private static final int ALL_SUBPAGES = 0xFF;

  private final List<ModePage> pages = new ArrayList<>();

  public ModePages() {
    pages.addAll(
        List.of(
            new ErrorRecoveryPage(),
            new CachingPage(),
            new ControlPage(),
            new InformationalExceptionsPage(),
            new ProvisioningPage()));
    pages.sort(Comparator.comparingInt(ModePage::code).thenComparingInt(ModePage::subpage));
  }

  /** The page of this code and subpage if the unit has it, or null. */
  public ModePage find(LogicalUnit unit, int code, int subpage) {
    for (ModePage page : pages) {
      if (page.code() == code && page.subpage() == subpage && page.isOf(unit)) {
        return page;
      }
    }
    return null;
  }

  /** What MODE SENSE asks for (SPC-4 §6.13); nothing if the unit has no such page. */
  public List<ModePage> select(LogicalUnit unit, int code, int subpage) {
    return pages.stream()
        .filter(page -> page.isOf(unit))
        .filter(page -> code == ALL || page.code() == code)
        .filter(page -> subpage == ALL_SUBPAGES || page.subpage() == subpage)
        .toList();
  }
}
