/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.MacAddress;
import io.lunette.core.server.PowerAddress;
import io.lunette.core.server.SerialNumber;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerProfile;
import java.util.List;

/** One server with all that was said of it, as callers see it. */
record ServerView(
    String name,
    String iqn,
    String chapUser,
    String created,
    List<String> macs,
    String serial,
    String boot,
    boolean chapInScript,
    String power,
    long powerTimeoutSeconds,
    boolean shared,
    long heartbeatSeconds) {

  static ServerView of(Server server, ServerProfile profile) {
    return new ServerView(
        server.name().value(),
        server.initiator().value(),
        server.chapUser().orElse(null),
        server.created().toString(),
        profile.macs().stream().map(MacAddress::value).toList(),
        profile.serial().map(SerialNumber::value).orElse(null),
        profile.boot().map(BootPolicy::label).orElse(null),
        profile.chapInScript(),
        profile.power().map(PowerAddress::toString).orElse(null),
        profile.powerTimeout().toSeconds(),
        profile.shared(),
        profile.heartbeat().toSeconds());
  }
}
