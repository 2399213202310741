/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

import java.io.IOException;

/** An I/O that the operating system refused or failed. */
public sealed class DeviceException extends IOException permits DeviceInUseException {

  private static final long serialVersionUID = 1L;

  private final boolean noSpace;

  public DeviceException(String message) {
    this(message, false);
  }

  public DeviceException(String message, boolean noSpace) {
    super(message);
    this.noSpace = noSpace;
  }

  /** Whether the reason is that what the device itself lies on is full. */
  public boolean isNoSpace() {
    return noSpace;
  }
}
