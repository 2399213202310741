/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How servers are restarted: a program of the operator's, Redfish, the monitor of QEMU. Start at
 * {@link io.lunette.appliance.power.PowerControls}.
 */
package io.lunette.appliance.power;
