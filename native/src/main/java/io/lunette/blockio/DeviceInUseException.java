/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

/** Somebody else has the device open. */
public final class DeviceInUseException extends DeviceException {

  private static final long serialVersionUID = 1L;

  public DeviceInUseException(String message) {
    super(message);
  }
}
