/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Boot over the network: the HTTP endpoint that answers iPXE with a script. Start at {@link
 * io.lunette.appliance.boot.BootEndpoint}.
 */
package io.lunette.appliance.boot;
