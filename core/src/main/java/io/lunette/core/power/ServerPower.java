/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.power;

import io.lunette.core.DomainException;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerProfile;

/**
 * Controls the power of servers by whatever their profiles name: a management controller, a
 * program, a monitor of a virtual machine. Thread-safe.
 */
public interface ServerPower {

  /**
   * Restarts a server at once, without asking what runs on it; one that is off is turned on. When
   * this returns normally, nothing that ran on it before the call runs any more, as far as what
   * controls its power can tell. It may be repeated.
   *
   * @param profile names how; its bound of time holds for the whole call
   * @throws DomainException INVALID if it names no way, or one that cannot be; IO if what controls
   *     its power failed, refused or did not answer in time
   */
  void restart(Server server, ServerProfile profile) throws DomainException;

  /** Checks that an address is one, without asking anybody. */
  void check(PowerAddress address) throws DomainException;

  /** One that controls nothing. */
  static ServerPower none() {
    return new ServerPower() {
      @Override
      public void restart(Server server, ServerProfile profile) throws DomainException {
        throw new DomainException(
            DomainException.Kind.INVALID,
            "no power of server '" + server.name() + "' is controlled");
      }

      @Override
      public void check(PowerAddress address) {}
    };
  }
}
