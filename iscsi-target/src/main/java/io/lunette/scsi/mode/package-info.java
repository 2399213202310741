/* SPDX-License-Identifier: Apache-2.0 */
/** Mode pages (SPC-4 §7.5, SBC-3 §6.4), a class each. */
package io.lunette.scsi.mode;
