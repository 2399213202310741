/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.mode;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The mode pages of a unit, by code. Immutable. */
public final class ModePages {

  private final SortedMap<Integer, ModePage> pages = new TreeMap<>();

  public ModePages() {
    List.of(
            new ErrorRecoveryPage(),
            new CachingPage(),
            new ControlPage(),
            new InformationalExceptionsPage())
        .forEach(page -> pages.put(page.code(), page));
  }

  /** The page of this code, or null. */
  public ModePage find(int code) {
    return pages.get(code);
  }

  /** All pages, by code. */
  public Collection<ModePage> all() {
    return Collections.unmodifiableCollection(pages.values());
  }
}
