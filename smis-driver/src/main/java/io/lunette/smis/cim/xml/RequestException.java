/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

/**
 * A request that is answered by an HTTP status and a {@code CIMError} header, as it is no CIM-XML
 * that could be answered in kind (DSP0200 §7.3).
 */
public final class RequestException extends Exception {

  private static final long serialVersionUID = 1L;

  /** What is wrong, by the names of DSP0200. */
  public enum Kind {
    NOT_WELL_FORMED(400, "request-not-well-formed"),
    NOT_VALID(400, "request-not-valid"),
    HEADER_MISMATCH(400, "header-mismatch"),
    UNSUPPORTED_PROTOCOL_VERSION(501, "unsupported-protocol-version"),
    UNSUPPORTED_CIM_VERSION(501, "unsupported-cim-version"),
    UNSUPPORTED_DTD_VERSION(501, "unsupported-dtd-version"),
    UNSUPPORTED_OPERATION(501, "unsupported-operation"),
    MULTIPLE_REQUESTS(501, "multiple-requests-unsupported");

    private final int httpStatus;
    private final String cimError;

    Kind(int httpStatus, String cimError) {
      this.httpStatus = httpStatus;
      this.cimError = cimError;
    }

    /** The HTTP status of the answer. */
    public int httpStatus() {
      return httpStatus;
    }

    /** The value of its CIMError header. */
    public String cimError() {
      return cimError;
    }
  }

  private final Kind kind;

  public RequestException(Kind kind, String message) {
    this(kind, message, null);
  }

  public RequestException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Which kind of trouble. */
  public Kind kind() {
    return kind;
  }

  static RequestException notValid(String message) {
    return new RequestException(Kind.NOT_VALID, message);
  }
}
