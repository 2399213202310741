/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import io.lunette.core.DomainException;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerProfile;

/** One way to control power. Stateless. */
interface PowerControl {

  /**
   * Checks what follows the scheme.
   *
   * @throws IllegalArgumentException if it is nothing of this kind
   */
  void check(String rest);

  /** Restarts a server before the deadline. */
  void restart(String rest, Server server, ServerProfile profile, Deadline deadline)
      throws DomainException;
}
