/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.VolumeException;
import java.util.Optional;

/**
 * Something asked of an array that it did not do. Carries no array name; what is thrown to callers
 * of the driver gets it by {@link #of}.
 */
final class CimFault extends Exception {

  private static final long serialVersionUID = 1L;

  /** CIM status codes that are told apart (DSP0200 §5.2.1). */
  static final int ACCESS_DENIED = 2;

  static final int INVALID_NAMESPACE = 3;
  static final int INVALID_PARAMETER = 4;
  static final int INVALID_CLASS = 5;
  static final int NOT_FOUND = 6;
  static final int NOT_SUPPORTED = 7;
  static final int METHOD_NOT_AVAILABLE = 16;
  static final int METHOD_NOT_FOUND = 17;

  /** Where it went wrong. */
  enum Kind {
    /** No connection, a certificate that is not trusted, wrong credentials: nothing was asked. */
    UNREACHABLE(true),
    /** The answer did not come, or is none: whether it was done is not known. */
    NO_ANSWER(false),
    /** The array answered with a CIM error. */
    STATUS(true),
    /** A method returned a code that is not success. */
    RETURN_CODE(true),
    /** A job ended badly. */
    JOB_FAILED(true),
    /** A job could not be followed to its end. */
    JOB_LOST(false);

    private final boolean definite;

    Kind(boolean definite) {
      this.definite = definite;
    }
  }

  private final Kind kind;
  private final int code;

  CimFault(Kind kind, int code, String message) {
    this(kind, code, message, null);
  }

  CimFault(Kind kind, int code, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.code = code;
  }

  Kind kind() {
    return kind;
  }

  /** The CIM status or the return code; 0 for other kinds. */
  int code() {
    return code;
  }

  /** Whether it is certain that what was asked was not done. */
  boolean isDefinite() {
    return kind.definite;
  }

  /** Whether the array answered with a CIM error. */
  boolean isStatus() {
    return kind == Kind.STATUS;
  }

  /** Whether the array answered with that CIM status. */
  boolean isStatus(int status) {
    return kind == Kind.STATUS && code == status;
  }

  /** Whether the array does not know the class, the method or the operation at all. */
  boolean isUnknown() {
    return kind == Kind.STATUS
        && (code == INVALID_NAMESPACE
            || code == INVALID_CLASS
            || code == NOT_SUPPORTED
            || code == METHOD_NOT_AVAILABLE
            || code == METHOD_NOT_FOUND);
  }

  /** Whether a method returned that code. */
  boolean returned(int value) {
    return kind == Kind.RETURN_CODE && code == value;
  }

  /** Whether the array did not take the parameters as they were. */
  boolean isAboutParameters() {
    return returned(ReturnCodes.INVALID_PARAMETER) || isStatus(INVALID_PARAMETER);
  }

  /** In the words of the volume port. */
  VolumeException of(String array, String doing) {
    return new VolumeException(
        volumeKind(), "array '" + array + "': " + doing + ": " + getMessage(), this);
  }

  private VolumeException.Kind volumeKind() {
    return switch (kind) {
      case UNREACHABLE, NO_ANSWER, JOB_LOST, JOB_FAILED -> VolumeException.Kind.IO;
      case STATUS ->
          isUnknown()
              ? VolumeException.Kind.UNSUPPORTED
              : code == NOT_FOUND
                  ? VolumeException.Kind.NOT_FOUND
                  : code == INVALID_PARAMETER
                      ? VolumeException.Kind.INVALID
                      : VolumeException.Kind.IO;
      case RETURN_CODE ->
          Optional.ofNullable(ReturnCodes.kind(code)).orElse(VolumeException.Kind.IO);
    };
  }
}
