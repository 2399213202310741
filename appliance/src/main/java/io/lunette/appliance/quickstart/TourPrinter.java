/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.quickstart;

import java.io.PrintWriter;
import java.util.Locale;

/** Prints the steps of a tour: number, what is done, how to do it by hand, what came of it. */
final class TourPrinter {

  private final PrintWriter out;
  private final long begun = System.nanoTime();
  private int number;
  private long stepBegun;

  TourPrinter(PrintWriter out) {
    this.out = out;
  }

  void say(String text) {
    out.println(text);
    out.flush();
  }

  /** Begins a step; {@code byHand} is empty if there is no command for it. */
  void step(String what, String byHand) {
    stepBegun = System.nanoTime();
    out.printf(Locale.ROOT, "%n%2d. %s%n", ++number, what);
    if (!byHand.isEmpty()) {
      out.println("    $ " + byHand);
    }
    out.flush();
  }

  /** Ends a step that came out well. */
  void done(String result) {
    out.printf(Locale.ROOT, "    %s  [%s]%n", result, seconds(System.nanoTime() - stepBegun));
    out.flush();
  }

  String elapsed() {
    return seconds(System.nanoTime() - begun);
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
  }
}
