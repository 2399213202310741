/* SPDX-License-Identifier: Apache-2.0 */
/**
 * {@code lunette bench iscsi}: load on any iSCSI target, ours or another's, by libiscsi. Start at
 * {@link io.lunette.bench.iscsi.IscsiBench}.
 */
package io.lunette.bench.iscsi;
