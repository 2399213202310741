/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

/** The status codes of operations (DSP0200 §5.4.2.1, table of status codes). */
public enum CimStatus {
  FAILED(1),
  ACCESS_DENIED(2),
  INVALID_NAMESPACE(3),
  INVALID_PARAMETER(4),
  INVALID_CLASS(5),
  NOT_FOUND(6),
  NOT_SUPPORTED(7),
  ALREADY_EXISTS(11),
  NO_SUCH_PROPERTY(12),
  TYPE_MISMATCH(13),
  QUERY_LANGUAGE_NOT_SUPPORTED(14),
  INVALID_QUERY(15),
  METHOD_NOT_AVAILABLE(16),
  METHOD_NOT_FOUND(17),
  INVALID_ENUMERATION_CONTEXT(21),
  INVALID_OPERATION_TIMEOUT(22),
  FILTERED_ENUMERATION_NOT_SUPPORTED(25),
  CONTINUATION_ON_ERROR_NOT_SUPPORTED(26),
  SERVER_LIMITS_EXCEEDED(27);

  private final int code;

  CimStatus(int code) {
    this.code = code;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }
}
