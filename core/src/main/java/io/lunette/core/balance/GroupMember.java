/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.balance;

import io.lunette.core.server.ServerName;
import java.util.OptionalDouble;

/**
 * A server in a group.
 *
 * @param server which
 * @param movable whether the operator lets it be moved, and it can be
 * @param reachable whether it is not known to have gone silent
 * @param load the number that the group's goal names, if it is known
 */
public record GroupMember(
    ServerName server, boolean movable, boolean reachable, OptionalDouble load) {}
