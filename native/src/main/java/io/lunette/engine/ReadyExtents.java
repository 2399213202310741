/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Reserved extents that wait to be dealt, in windows of neighbours on the device.
 *
 * <p>A window is lent to so many neighbours of a volume, each of which has its place in it. So what
 * lies together in a volume lies together on the device, in whatever order it is written and
 * however many write at a time; what is read or written later in one piece is one piece there. That
 * is a preference and no promise: when no window is left that nobody has begun, what is free in the
 * begun ones goes to whoever asks.
 *
 * <p>Guarded by the lock of {@link Metadata}.
 */
final class ReadyExtents {

  /** Extents of a window: a mebibyte, more than what initiators write at once. */
  static final int WINDOW = 16;

  /** Neighbouring extents, of which those with a bit in {@code free} are to be had. */
  static final class Window {

    private final long first;
    private int free;

    Window(long first, int free) {
      this.first = first;
      this.free = free;
    }

    private long take(int place) {
      int taken = (free >>> place & 1) != 0 ? place : Integer.numberOfTrailingZeros(free);
      free &= ~(1 << taken);
      return first + taken;
    }
  }

  private final Deque<Window> whole = new ArrayDeque<>();

  /** Of the eldest on; none of them is empty. */
  private final Set<Window> begun = new LinkedHashSet<>();

  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Adds extents, in the order in which they lie on the device where they do. */
  void addAll(List<Long> extents) {
    Window last = null;
    for (long extent : extents) {
      long first = extent / WINDOW * WINDOW;
      if (last == null || last.first != first) {
        last = new Window(first, 0);
        whole.add(last);
      }
      last.free |= 1 << extent - first;
    }
    size += extents.size();
  }

  /** Adds extents that were taken and not used. */
  void putBack(List<Long> extents) {
    for (long extent : extents) {
      long first = extent / WINDOW * WINDOW;
      begun.add(new Window(first, 1 << extent - first));
    }
    size += extents.size();
  }

  /** Takes one of them; there must be one. */
  long take(Neighbours neighbours, long logical) {
    Window window = neighbours.window(logical);
    if (window == null || window.free == 0) {
      window = next();
      neighbours.lend(logical, window);
    }
    long taken = window.take((int) (logical % WINDOW));
    if (window.free == 0) {
      begun.remove(window);
    }
    size--;
    return taken;
  }

  private Window next() {
    Window window = whole.poll();
    if (window == null) {
      Iterator<Window> eldest = begun.iterator();
      window = eldest.next();
      eldest.remove();
    }
    begun.add(window);
    return window;
  }

  /** Takes all. */
  List<Long> takeAll() {
    List<Long> all = new ArrayList<>();
    for (Iterable<Window> windows : List.of(whole, begun)) {
      for (Window window : windows) {
        while (window.free != 0) {
          all.add(window.take(0));
        }
      }
    }
    whole.clear();
    begun.clear();
    size = 0;
    return all;
  }
}
