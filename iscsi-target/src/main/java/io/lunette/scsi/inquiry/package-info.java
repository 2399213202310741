/* SPDX-License-Identifier: Apache-2.0 */
/** INQUIRY data: the standard page and the vital product data pages, a class each. */
package io.lunette.scsi.inquiry;
