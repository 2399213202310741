/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import io.lunette.core.DomainException;
import io.lunette.core.power.ServerPower;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerProfile;
import java.util.Map;
import java.util.TreeMap;

/** The ways to control power by their schemes. Thread-safe. */
public final class PowerControls implements ServerPower {

  private final Map<String, PowerControl> controls =
      new TreeMap<>(
          Map.of("hook", new CommandHook(), "redfish", new RedfishReset(), "qmp", new QmpReset()));

  @Override
  public void check(PowerAddress address) throws DomainException {
    try {
      of(address).check(address.rest());
    } catch (IllegalArgumentException e) {
      throw new DomainException(DomainException.Kind.INVALID, e.getMessage(), e);
    }
  }

  @Override
  public void restart(Server server, ServerProfile profile) throws DomainException {
    PowerAddress address =
        profile
            .power()
            .orElseThrow(
                () ->
                    new DomainException(
                        DomainException.Kind.INVALID,
                        "the power of server '" + server.name() + "' is not controlled"));
    check(address);
    try {
      of(address).restart(address.rest(), server, profile, Deadline.in(profile.powerTimeout()));
    } catch (DomainException e) {
      throw new DomainException(
          e.kind(),
          "server '"
              + server.name()
              + "' was not restarted by "
              + address.scheme()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private PowerControl of(PowerAddress address) throws DomainException {
    PowerControl control = controls.get(address.scheme());
    if (control == null) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "power is not controlled by '"
              + address.scheme()
              + "'; there are "
              + String.join(", ", controls.keySet()));
    }
    return control;
  }
}
