/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

/** A session that could not be opened, or that ended. It is of no more use than to be closed. */
public final class InitiatorException extends Exception {

  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Kind {
    /** libiscsi is not installed, or is another version. */
    NO_LIBRARY,
    /** Not an iSCSI URL. */
    BAD_URL,
    /** No connection, a refused login, or a unit that does not answer. */
    REFUSED,
    /** The target closed the connection or broke the protocol. */
    CONNECTION_LOST,
    /** The target did not answer in time. */
    TIMED_OUT
  }

  private final Kind kind;

  InitiatorException(Kind kind, String message) {
    this(kind, message, null);
  }

  InitiatorException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }
}
