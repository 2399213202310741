/* SPDX-License-Identifier: Apache-2.0 */
/** The iSCSI target (RFC 7143). */
package io.lunette.iscsi;
