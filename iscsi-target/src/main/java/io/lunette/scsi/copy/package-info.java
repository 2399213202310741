/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The copy manager (SPC-4 §5.17): EXTENDED COPY, and copies by ROD token (SBC-3 §4.28). The data
 * never cross the network.
 *
 * <p>Start at {@link io.lunette.scsi.copy.CopyManager}. A command becomes a {@code CopyJob}, which
 * moves one {@code Span} after another through a {@code SpanCopier}. Limits, and what others see of
 * an operation, are in {@code scsi.device}.
 */
package io.lunette.scsi.copy;
