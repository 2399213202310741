/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The block port: what every volume looks like to those who serve it.
 *
 * <p>Start at {@link io.lunette.core.block.BlockDevice}. Drivers implement it, the iSCSI target and
 * the importers call it; nothing here knows where blocks live.
 */
package io.lunette.core.block;
