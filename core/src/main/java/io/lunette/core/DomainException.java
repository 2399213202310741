/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;

/**
 * A request of the domain that could not be done. The message is one line that says what is wrong,
 * with which thing, and what to do about it; it may be shown to a user as it is.
 */
public final class DomainException extends Exception {

  private static final long serialVersionUID = 1L;

  /** The kinds that callers tell apart. */
  public enum Kind {
    /** The thing named does not exist. */
    NOT_FOUND,
    /** The name is taken, or the thing is another than the request says. */
    CONFLICT,
    /** The request can never be right. */
    INVALID,
    /** The thing is in use, or in a state that forbids it now. */
    BUSY,
    /** No space for it. */
    NO_SPACE,
    /** Another appliance has this one's place in a shared catalog: it must stop. */
    FENCED,
    /** The catalog, the driver, the array or a file failed. */
    IO
  }

  private final Kind kind;

  public DomainException(Kind kind, String message) {
    this(kind, message, null);
  }

  public DomainException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** The same trouble in the words of the domain. */
  public static DomainException of(VolumeException cause) {
    return new DomainException(kindOf(cause.kind()), cause.getMessage(), cause);
  }

  /** The same trouble in the words of the domain; {@code doing} says what was tried on what. */
  public static DomainException of(String doing, BlockException cause) {
    Kind kind =
        switch (cause.kind()) {
          case OUT_OF_SPACE -> Kind.NO_SPACE;
          case OUT_OF_RANGE, UNSUPPORTED -> Kind.INVALID;
          case READ_ONLY -> Kind.BUSY;
          case GONE -> Kind.NOT_FOUND;
          case MEDIUM_READ, MEDIUM_WRITE, INTERNAL -> Kind.IO;
        };
    return new DomainException(kind, doing + ": " + cause.getMessage(), cause);
  }

  /** Which kind of trouble. */
  public Kind kind() {
    return kind;
  }

  private static Kind kindOf(VolumeException.Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> Kind.NOT_FOUND;
      case CONFLICT -> Kind.CONFLICT;
      case BUSY -> Kind.BUSY;
      case INVALID, UNSUPPORTED -> Kind.INVALID;
      case OUT_OF_SPACE -> Kind.NO_SPACE;
      case IO -> Kind.IO;
    };
  }
}
