/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Lunette's iSCSI target beside others on the same machine: {@code bin/bench-peers}. Start at
 * {@link io.lunette.bench.peer.PeersCommand}.
 */
package io.lunette.bench.peer;
