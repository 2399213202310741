/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Servers on their way from one replica to another: release, restart, allocate, each step in the
 * catalog before it is done, so that a crash between any two is made good. Start at {@link
 * io.lunette.core.move.ServerMoves}.
 */
package io.lunette.core.move;
