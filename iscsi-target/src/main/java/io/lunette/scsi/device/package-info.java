/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The device server (SAM-5): logical units, I_T nexuses, tasks, unit attentions, reservations, and
 * the dispatch of commands through one table.
 *
 * <p>Start at {@link io.lunette.scsi.device.DeviceServer}. A transport supplies a subclass of
 * {@link io.lunette.scsi.device.ScsiTask}; commands live in {@code scsi.command}.
 */
package io.lunette.scsi.device;
