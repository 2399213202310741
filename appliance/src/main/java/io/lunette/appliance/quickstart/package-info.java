/* SPDX-License-Identifier: Apache-2.0 */
/**
 * {@code lunette quickstart}: the main job as a tour on this machine, with real files and foreign
 * programs. Start at {@code Tour}.
 */
package io.lunette.appliance.quickstart;
