/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The iSCSI target (RFC 7143): {@code pdu} is the wire, {@code login} the negotiation, {@code
 * session} the full-feature phase, {@code target} what an appliance embeds.
 */
package io.lunette.iscsi;
