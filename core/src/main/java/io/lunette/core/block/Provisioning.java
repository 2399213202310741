/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

/** Whether zeroing a range may give its space back (SBC-3 WRITE SAME: the UNMAP bit). */
public enum Provisioning {
  KEEP,
  MAY_RELEASE
}
