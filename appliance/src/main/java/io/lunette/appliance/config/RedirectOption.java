/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.login.Redirection;
import io.lunette.iscsi.login.TargetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Who is sent to which portal at login, as {@code WHO=host:port} or {@code
 * WHO=host:port,permanent}; WHO is an initiator's name, a portal that was reached, or {@code all}.
 *
 * @param initiator whom alone it concerns
 * @param reached the portal by which alone it concerns initiators
 */
public record RedirectOption(
    Optional<InitiatorName> initiator, Optional<HostPort> reached, Redirection redirection) {

  private static final String PERMANENT = ",permanent";

  /** Reads for example {@code iqn.2026-11.com.example:web1=192.0.2.2:3260}. */
  public static RedirectOption parse(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException(
          "'" + text + "' is not WHO=HOST:PORT, WHO an initiator, a portal or all");
    }
    String who = text.substring(0, equals);
    String where = text.substring(equals + 1);
    boolean permanent = where.endsWith(PERMANENT);
    HostPort to =
        HostPort.parse(permanent ? where.substring(0, where.length() - PERMANENT.length()) : where);
    Redirection redirection = new Redirection(permanent, new TargetAddress(to.host(), to.port()));
    boolean name = who.startsWith("iqn.") || who.startsWith("eui.") || who.startsWith("naa.");
    if (who.equals("all")) {
      return new RedirectOption(Optional.empty(), Optional.empty(), redirection);
    }
    return name
        ? new RedirectOption(Optional.of(new InitiatorName(who)), Optional.empty(), redirection)
        : new RedirectOption(Optional.empty(), Optional.of(HostPort.parse(who)), redirection);
  }

  boolean concerns(InitiatorName name, InetSocketAddress local) {
    return initiator.map(name::equals).orElse(true)
        && reached.map(portal -> isReached(portal.toSocketAddress(), local)).orElse(true);
  }

  private static boolean isReached(InetSocketAddress portal, InetSocketAddress local) {
    return portal.getPort() == local.getPort()
        && !portal.isUnresolved()
        && (portal.getAddress().isAnyLocalAddress()
            || portal.getAddress().equals(local.getAddress()));
  }
}
