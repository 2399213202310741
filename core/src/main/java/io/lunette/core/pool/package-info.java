/* SPDX-License-Identifier: Apache-2.0 */
/** Replica pools: policy, refill in the background, retirement of what is too much. */
package io.lunette.core.pool;
