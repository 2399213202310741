/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import io.lunette.core.volume.InitiatorName;
import java.time.Instant;
import java.util.Optional;

/**
 * A machine that gets replicas.
 *
 * @param name what it is called
 * @param initiator the iSCSI node name it logs in with; no other server has it
 * @param chapUser the name it must authenticate with, if it must; the secret is not shown
 * @param created when it was registered
 */
public record Server(
    ServerName name, InitiatorName initiator, Optional<String> chapUser, Instant created) {}
