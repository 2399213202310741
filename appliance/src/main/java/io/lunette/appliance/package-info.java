/* SPDX-License-Identifier: Apache-2.0 */
/** The appliance: wires drivers, target, catalog, API and command line together. */
package io.lunette.appliance;
