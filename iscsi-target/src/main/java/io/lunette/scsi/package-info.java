/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Values of SCSI that need no device and no transport: CDB, status, sense, command outcomes.
 *
 * <p>{@link io.lunette.scsi.Outcome} is what every command comes to. Nothing under {@code scsi}
 * knows iSCSI or Netty, so that another transport could stand in front of the same device server.
 */
package io.lunette.scsi;
