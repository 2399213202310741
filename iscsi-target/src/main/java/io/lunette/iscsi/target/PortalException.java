/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import java.io.IOException;

/** A portal that cannot be opened; the message says which and why, in one line. */
public final class PortalException extends IOException {

  private static final long serialVersionUID = 1L;

  PortalException(String message, Throwable cause) {
    super(message, cause);
  }
}
