/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.node;

import java.time.Instant;

/**
 * An appliance as the catalog knows it.
 *
 * @param name what it is called
 * @param address where its portal was at its last start
 * @param incarnation how often it was started
 * @param started when it was started last
 * @param seen when it last said that it lives
 */
public record Node(
    NodeName name, String address, long incarnation, Instant started, Instant seen) {}
