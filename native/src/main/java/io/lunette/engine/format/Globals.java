/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

/** What the words of the GLOBALS tree count, by their index. */
public final class Globals {

  /** The layer id that is given out next. */
  public static final int NEXT_LAYER = 0;

  /** The volume id that is given out next. */
  public static final int NEXT_VOLUME = 1;

  private Globals() {}
}
