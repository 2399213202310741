/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What an operator says of a server besides its initiator. Immutable.
 *
 * @param macs of its network cards; no other server has one of them
 * @param serial of its mainboard; no other server has it
 * @param boot what a boot does with its replica; empty for what the image says
 * @param chapInScript whether the boot script carries its CHAP secret, in clear
 * @param power how to restart it, if it can be
 * @param powerTimeout how long that may take
 * @param shared whether the balancer may move it between groups
 * @param heartbeat how often it means to report
 */
public record ServerProfile(
    SortedSet<MacAddress> macs,
    Optional<SerialNumber> serial,
    Optional<BootPolicy> boot,
    boolean chapInScript,
    Optional<PowerAddress> power,
    Duration powerTimeout,
    boolean shared,
    Duration heartbeat) {

  /** Of a server of which nothing was said. */
  public static final ServerProfile NONE =
      new ServerProfile(
          new TreeSet<>(),
          Optional.empty(),
          Optional.empty(),
          false,
          Optional.empty(),
          Duration.ofSeconds(60),
          false,
          Duration.ofSeconds(5));

  public ServerProfile {
    macs = Collections.unmodifiableSortedSet(new TreeSet<>(macs));
    if (powerTimeout.toMillis() < 1000 || powerTimeout.toHours() >= 1) {
      throw new IllegalArgumentException("a power control may take 1 s to 1 h");
    }
    if (heartbeat.toMillis() < 1000 || heartbeat.toDays() > 1) {
      throw new IllegalArgumentException("a server reports every 1 s to 1 d");
    }
  }

  /** This, with other network cards. */
  public ServerProfile withMacs(SortedSet<MacAddress> other) {
    return new ServerProfile(
        other, serial, boot, chapInScript, power, powerTimeout, shared, heartbeat);
  }

  /** This, with another serial number or none. */
  public ServerProfile withSerial(Optional<SerialNumber> other) {
    return new ServerProfile(
        macs, other, boot, chapInScript, power, powerTimeout, shared, heartbeat);
  }

  /** This, with another boot policy or the image's. */
  public ServerProfile withBoot(Optional<BootPolicy> other) {
    return new ServerProfile(
        macs, serial, other, chapInScript, power, powerTimeout, shared, heartbeat);
  }

  /** This, with a boot script that carries the CHAP secret or does not. */
  public ServerProfile withChapInScript(boolean other) {
    return new ServerProfile(macs, serial, boot, other, power, powerTimeout, shared, heartbeat);
  }

  /** This, restarted in another way or not at all. */
  public ServerProfile withPower(Optional<PowerAddress> other) {
    return new ServerProfile(
        macs, serial, boot, chapInScript, other, powerTimeout, shared, heartbeat);
  }

  /** This, with another bound for a restart. */
  public ServerProfile withPowerTimeout(Duration other) {
    return new ServerProfile(macs, serial, boot, chapInScript, power, other, shared, heartbeat);
  }

  /** This, shared by the groups or not. */
  public ServerProfile withShared(boolean other) {
    return new ServerProfile(
        macs, serial, boot, chapInScript, power, powerTimeout, other, heartbeat);
  }

  /** This, reporting at another pace. */
  public ServerProfile withHeartbeat(Duration other) {
    return new ServerProfile(macs, serial, boot, chapInScript, power, powerTimeout, shared, other);
  }

  /** In words, for the audit trail. */
  String describe() {
    return "MAC "
        + macs
        + ", serial "
        + serial.map(SerialNumber::value).orElse("none")
        + ", boot "
        + boot.map(BootPolicy::label).orElse("as the image says")
        + ", CHAP secret "
        + (chapInScript ? "in" : "not in")
        + " the boot script, power "
        + power.map(PowerAddress::toString).orElse("none")
        + ", "
        + (shared ? "shared" : "not shared")
        + ", heartbeat "
        + heartbeat.toSeconds()
        + " s";
  }
}
