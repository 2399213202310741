/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The provisioning core put together: wiring, start with reconciliation, background work, stop.
 * Start at {@link io.lunette.core.provisioning.ProvisioningCore}.
 */
package io.lunette.core.provisioning;
