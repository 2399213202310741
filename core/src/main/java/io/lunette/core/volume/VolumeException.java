/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/** A volume operation that could not be done. The message says what, which one, and what to do. */
public final class VolumeException extends Exception {

  private static final long serialVersionUID = 1L;

  /** The kinds that callers tell apart. */
  public enum Kind {
    /** No volume of that name. */
    NOT_FOUND,
    /** The name is taken by a volume that is not what was asked for. */
    CONFLICT,
    /** The volume is in a state, or in a use, that forbids it. */
    BUSY,
    /** An argument can never be right. */
    INVALID,
    /** No space. */
    OUT_OF_SPACE,
    /** This driver cannot do it; see its capabilities. */
    UNSUPPORTED,
    /** The backing device or the array failed. */
    IO
  }

  private final Kind kind;

  public VolumeException(Kind kind, String message) {
    this(kind, message, null);
  }

  public VolumeException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Which kind of trouble. */
  public Kind kind() {
    return kind;
  }
}
