/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Restarting servers, so that they boot what they are now to boot. Start at {@link
 * io.lunette.core.power.ServerPower}, the port, and {@link io.lunette.core.power.Restarts}.
 */
package io.lunette.core.power;
