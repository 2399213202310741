/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.config.TimeSpan;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.MacAddress;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.SerialNumber;
import io.lunette.core.server.ServerProfile;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * The fields of a body that say something of a server. One that is missing changes nothing, one
 * that is null takes back what was said. Stateless.
 */
final class ServerFields {

  private ServerFields() {}

  /** What the body changes. */
  static UnaryOperator<ServerProfile> change(Call call) throws BadRequestException {
    Changes changes = new Changes();
    if (call.isSaid("macs")) {
      TreeSet<MacAddress> macs = new TreeSet<>();
      call.list("macs").forEach(text -> macs.add(new MacAddress(text)));
      changes.add(profile -> profile.withMacs(macs));
    }
    if (call.isSaid("serial")) {
      Optional<SerialNumber> serial = call.optional("serial", SerialNumber::new);
      changes.add(profile -> profile.withSerial(serial));
    }
    if (call.isSaid("boot")) {
      Optional<BootPolicy> boot = call.optional("boot", BootPolicy::parse);
      changes.add(profile -> profile.withBoot(boot));
    }
    if (call.isSaid("chapInScript")) {
      boolean told = call.flag("chapInScript");
      changes.add(profile -> profile.withChapInScript(told));
    }
    if (call.isSaid("power")) {
      Optional<PowerAddress> power = call.optional("power", PowerAddress::parse);
      changes.add(profile -> profile.withPower(power));
    }
    if (call.isSaid("powerTimeout")) {
      Duration timeout =
          call.optional("powerTimeout", TimeSpan::parse).orElse(ServerProfile.NONE.powerTimeout());
      changes.add(profile -> profile.withPowerTimeout(timeout));
    }
    if (call.isSaid("shared")) {
      boolean shared = call.flag("shared");
      changes.add(profile -> profile.withShared(shared));
    }
    if (call.isSaid("heartbeat")) {
      Duration heartbeat =
          call.optional("heartbeat", TimeSpan::parse).orElse(ServerProfile.NONE.heartbeat());
      changes.add(profile -> profile.withHeartbeat(heartbeat));
    }
    return changes.all;
  }

  /** One change after the other. */
  private static final class Changes {
    private UnaryOperator<ServerProfile> all = UnaryOperator.identity();

    void add(UnaryOperator<ServerProfile> next) {
      UnaryOperator<ServerProfile> before = all;
      all = profile -> next.apply(before.apply(profile));
    }
  }
}
