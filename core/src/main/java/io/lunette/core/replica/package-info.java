/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Replicas and the one table of their legal moves, {@link io.lunette.core.replica.ReplicaState}.
 * Every move is a transaction with an expected prior state, and is recorded.
 */
package io.lunette.core.replica;
