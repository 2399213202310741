/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

/** Which way the data of a command goes. */
public enum DataDirection {
  /** There is none. */
  NONE(ScsiTaskLayout.XFER_NONE),
  /** Data-in: from the target. */
  IN(ScsiTaskLayout.XFER_READ),
  /** Data-out: to the target. */
  OUT(ScsiTaskLayout.XFER_WRITE);

  private final int code;

  DataDirection(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
