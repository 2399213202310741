/* SPDX-License-Identifier: Apache-2.0 */
/**
 * {@code lunette bench forecast}: replays demand against sizes of a replica pool, in simulated
 * time. The forecast is the appliance's own. Start at {@link
 * io.lunette.bench.forecast.PoolSimulation}.
 */
package io.lunette.bench.forecast;
