/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How many replicas a pool has to keep ready so that it is seldom empty when one is asked for.
 * Start at {@link io.lunette.core.forecast.DemandForecast}; docs/pool-sizing.md has the model and
 * where it comes from. Pure computation: no clock, no catalog, no threads.
 */
package io.lunette.core.forecast;
