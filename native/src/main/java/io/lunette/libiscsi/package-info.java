/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A user-space iSCSI initiator: libiscsi 1.19 ({@code libiscsi.so.7}) through JNA. Start at {@link
 * io.lunette.libiscsi.InitiatorSession}, which shows neither JNA nor errno; below it {@code
 * IscsiContext} and {@code ScsiTask} check what the library says, and {@code LibIscsi} is the bare
 * mapping.
 *
 * <p>The protocol is that of a foreign C library, so what is measured or checked with it is never
 * our own initiator against our own target.
 */
package io.lunette.libiscsi;
