/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

/** A block operation that could not be done, and of which kind the trouble is. */
public final class BlockException extends Exception {

  private static final long serialVersionUID = 1L;

  /** The kinds that callers tell apart; each has one SCSI sense, one HTTP and one CIM status. */
  public enum Kind {
    /** The range is not inside the device, or not made of whole logical blocks. */
    OUT_OF_RANGE,
    /** The pool has no CLEAN extent left for this write; reads and overwrites go on. */
    OUT_OF_SPACE,
    /** The device is read-only. */
    READ_ONLY,
    /** The backing device failed to read. */
    MEDIUM_READ,
    /** The backing device failed to write or to flush. */
    MEDIUM_WRITE,
    /** The volume was closed, unmapped or deleted. */
    GONE,
    /** The device does not know this operation. */
    UNSUPPORTED,
    /** A defect of ours; the cause says which. */
    INTERNAL
  }

  private final Kind kind;

  public BlockException(Kind kind, String message) {
    this(kind, message, null);
  }

  public BlockException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Which kind of trouble. */
  public Kind kind() {
    return kind;
  }
}
