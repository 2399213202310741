/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.boot;

import io.lunette.core.DomainException;
import io.lunette.core.server.MacAddress;
import io.lunette.core.server.SerialNumber;
import io.lunette.core.server.Server;
import io.lunette.core.server.Servers;
import io.lunette.core.volume.InitiatorName;
import java.util.Optional;

/** By what a booting server says who it is. It proves nothing. */
public sealed interface BootIdentity {

  /** The server that is so identified. */
  Optional<Server> findIn(Servers servers) throws DomainException;

  /** By a network card. */
  record ByMac(MacAddress mac) implements BootIdentity {
    @Override
    public Optional<Server> findIn(Servers servers) throws DomainException {
      return servers.find(mac);
    }

    @Override
    public String toString() {
      return "MAC address " + mac;
    }
  }

  /** By the serial number of the machine. */
  record BySerial(SerialNumber serial) implements BootIdentity {
    @Override
    public Optional<Server> findIn(Servers servers) throws DomainException {
      return servers.find(serial);
    }

    @Override
    public String toString() {
      return "serial number " + serial;
    }
  }

  /** By the initiator that it will be. */
  record ByInitiator(InitiatorName initiator) implements BootIdentity {
    @Override
    public Optional<Server> findIn(Servers servers) throws DomainException {
      return servers.find(initiator);
    }

    @Override
    public String toString() {
      return "initiator " + initiator;
    }
  }
}
