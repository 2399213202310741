/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The commands (SPC-4, SBC-3), a class a family; {@link io.lunette.scsi.command.CommandSet} puts
 * their rows into the table of the device server.
 */
package io.lunette.scsi.command;
