/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.device.MediumAccess;

/**
 * A copy source or destination.
 *
 * @param descriptor how the initiator named it; null for the unit that the command was sent to
 * @param access the unit; null if the initiator sees none of that name
 */
record Cscd(CscdDescriptor descriptor, MediumAccess access) {

  boolean pad() {
    return descriptor != null && descriptor.pad();
  }
}
