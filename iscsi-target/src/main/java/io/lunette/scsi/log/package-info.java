/* SPDX-License-Identifier: Apache-2.0 */
/** Log pages (SPC-4 §7.3, SBC-3 §6.3), a class each. */
package io.lunette.scsi.log;
