/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The appliance: the one place that knows every module, wires them and owns their life.
 *
 * <p>Start at {@link io.lunette.appliance.Appliance}. The command line in {@code cli} starts it or
 * talks to one that runs, through {@code client} and {@code rest}.
 */
package io.lunette.appliance;
