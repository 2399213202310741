/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The appliance as an SMI-S array: what joins {@link io.lunette.smis.provider.SmisProvider} to it.
 * Start at {@link io.lunette.appliance.smis.SmisService}.
 */
package io.lunette.appliance.smis;
