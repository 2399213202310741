/* SPDX-License-Identifier: Apache-2.0 */
/**
 * PDUs on the wire (RFC 7143 §11): layout, decoder, writer, digests. Knows neither sessions nor
 * SCSI.
 */
package io.lunette.iscsi.pdu;
