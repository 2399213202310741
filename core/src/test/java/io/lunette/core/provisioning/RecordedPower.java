/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.DomainException;
import io.lunette.core.power.ServerPower;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.server.ServerProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Power of servers that are not there: remembers who was restarted, and fails when told to. */
final class RecordedPower implements ServerPower {

  final List<ServerName> restarted = new ArrayList<>();
  int failures;
  Consumer<ServerName> whileRestarting = unused -> {};

  @Override
  public void restart(Server server, ServerProfile profile) throws DomainException {
    if (failures > 0) {
      failures--;
      throw new DomainException(DomainException.Kind.IO, "the controller is busy");
    }
    restarted.add(server.name());
    whileRestarting.accept(server.name());
  }

  @Override
  public void check(PowerAddress address) {}
}
