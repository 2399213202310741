/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.log;

import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The log pages of a unit; the lists of them derive from the set. Immutable. */
public final class LogPages {

  private static final int HEADER_BYTES = 4;
  private static final int MOST_BYTES = 512;
  private static final int SPF = 0x40;
  private static final int SUBPAGE_LIST = 0xFF;

  /** Nothing is saved by itself (TSD), and values are binary (FORMAT AND LINKING 11b). */
  private static final int CONTROL = 0x23;

  private final SortedMap<Integer, LogPage> pages = new TreeMap<>();

  public LogPages() {
    List.of(new ProvisioningPage(), new StatisticsPage())
        .forEach(page -> pages.put(page.code(), page));
  }

  /** Whether the unit has such a page; the lists of pages count. */
  public boolean has(LogicalUnit unit, int code, int subpage) {
    if (code == 0) {
      return subpage == 0 || subpage == SUBPAGE_LIST;
    }
    LogPage page = pages.get(code);
    return subpage == 0 && page != null && page.isOf(unit);
  }

  /**
   * The page, from position 0 to the limit, with the parameters from one on.
   *
   * @return null if there is none from there on
   */
  public ByteBuffer page(LogicalUnit unit, int code, int subpage, int firstParameter) {
    ByteBuffer out = ByteBuffer.allocate(MOST_BYTES);
    out.put((byte) (code | (subpage == 0 ? 0 : SPF))).put((byte) subpage).putShort((short) 0);
    if (code == 0) {
      putList(unit, subpage == SUBPAGE_LIST, out);
    } else {
      SortedMap<Integer, ByteBuffer> asked =
          pages.get(code).parameters(unit).tailMap(firstParameter);
      if (asked.isEmpty()) {
        return null;
      }
      asked.forEach((parameter, value) -> put(parameter, value, out));
    }
    out.putShort(2, (short) (out.position() - HEADER_BYTES));
    return out.flip();
  }

  private void putList(LogicalUnit unit, boolean subpages, ByteBuffer out) {
    putName(0, 0, subpages, out);
    if (subpages) {
      putName(0, SUBPAGE_LIST, true, out);
    }
    for (LogPage page : pages.values()) {
      if (page.isOf(unit)) {
        putName(page.code(), 0, subpages, out);
      }
    }
  }

  private static void putName(int code, int subpage, boolean subpages, ByteBuffer out) {
    out.put((byte) code);
    if (subpages) {
      out.put((byte) subpage);
    }
  }

  private static void put(int code, ByteBuffer value, ByteBuffer out) {
    out.putShort((short) code).put((byte) CONTROL).put((byte) value.remaining()).put(value);
  }
}
