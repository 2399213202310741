/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import java.util.List;
import java.util.Map;

/**
 * A WBEM server that says it is there. Whoever is on the network can say so.
 *
 * @param name what it calls itself
 * @param url where it says that it is, by address
 * @param host its name in {@code .local}
 * @param addresses all that were heard
 * @param attributes of its TXT record
 */
public record DiscoveredArray(
    String name, String url, String host, List<String> addresses, Map<String, String> attributes) {}
