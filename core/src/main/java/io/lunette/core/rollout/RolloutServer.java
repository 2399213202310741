/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.rollout;

import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.ServerName;
import io.lunette.core.tenant.TenantName;

/**
 * A server that holds a replica of an image.
 *
 * @param server which
 * @param tenant for whom
 * @param version of the image that its replica is made of
 * @param policy what its next boot does
 * @param pending whether that is not the current version
 */
public record RolloutServer(
    ServerName server, TenantName tenant, int version, BootPolicy policy, boolean pending) {}
