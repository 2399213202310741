/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim;

import java.util.Objects;

/**
 * An operation that ends in a CIM status other than success. The message is one line for the
 * client's user. Unchecked, because it passes through the streams that instances come from.
 */
public final class CimException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final CimStatus status;

  public CimException(CimStatus status, String message) {
    this(status, message, null);
  }

  public CimException(CimStatus status, String message, Throwable cause) {
    super(Objects.requireNonNull(message), cause);
    this.status = status;
  }

  /** The status. */
  public CimStatus status() {
    return status;
  }
}
