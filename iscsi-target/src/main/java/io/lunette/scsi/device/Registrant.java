/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * An I_T nexus as persistent reservations know it (SPC-4 §5.13.1): it is registered, and holds, and
 * loses, whether or not a session joins its two ports just then.
 *
 * @param port the initiator port
 * @param relativeTargetPort relative identifier of the target port
 */
public record Registrant(InitiatorPort port, int relativeTargetPort) {}
