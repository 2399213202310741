/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Finding SMI-S arrays on the network, and being found: DNS-SD (RFC 6763) over multicast DNS (RFC
 * 6762). Nothing here is trusted: whoever is on the network can say anything.
 */
package io.lunette.appliance.discovery;
