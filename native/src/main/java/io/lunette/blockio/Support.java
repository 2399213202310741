/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.blockio;

/** Whether a device knows a call. */
public enum Support {
  /** It was tried, and did what it should. */
  YES,
  /** It was tried, and was refused or did something else. */
  NO,
  /** It was not tried: the device is open for reading alone, or had no space for the trial. */
  UNTRIED
}
