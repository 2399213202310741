/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.login.Redirection;
import io.lunette.iscsi.target.InitiatorRedirection;
import io.lunette.iscsi.target.TargetPortal;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Where a target listens, and whom it sends elsewhere.
 *
 * @param portals at least one; the first is the one that is told to initiators by the appliance
 * @param redirects the first that concerns an initiator is followed
 */
public record PortalOptions(List<PortalOption> portals, List<RedirectOption> redirects)
    implements InitiatorRedirection {

  public PortalOptions {
    portals = List.copyOf(portals);
    redirects = List.copyOf(redirects);
    if (portals.isEmpty()) {
      throw new IllegalArgumentException("a target needs a portal");
    }
  }

  /** Where a target listens unless told otherwise. */
  public static final HostPort DEFAULT_PORTAL = new HostPort("127.0.0.1", 3260);

  /** One portal, nobody redirected. */
  public static PortalOptions of(HostPort portal) {
    return new PortalOptions(List.of(PortalOption.of(portal)), List.of());
  }

  /** What was said, if anything was; the portal then has a default. */
  public static Optional<PortalOptions> said(
      List<PortalOption> portals, List<RedirectOption> redirects) {
    if (portals.isEmpty() && redirects.isEmpty()) {
      return Optional.empty();
    }
    List<PortalOption> some =
        portals.isEmpty() ? List.of(PortalOption.of(DEFAULT_PORTAL)) : portals;
    return Optional.of(new PortalOptions(some, redirects));
  }

  /** Values of a properties file, with blanks between them. */
  static <T> List<T> list(String text, Function<String, T> parse) {
    return Stream.of(text.strip().split("\\s+"))
        .filter(each -> !each.isEmpty())
        .map(parse)
        .toList();
  }

  /** The address of the first portal. */
  public HostPort first() {
    return portals.get(0).address();
  }

  /** The same with another address of the first portal. */
  public PortalOptions withFirst(HostPort address) {
    List<PortalOption> changed = new java.util.ArrayList<>(portals);
    changed.set(0, new PortalOption(address, portals.get(0).group()));
    return new PortalOptions(changed, redirects);
  }

  /** What the target listens on. */
  public List<TargetPortal> toTargetPortals() {
    return portals.stream().map(PortalOption::toTargetPortal).toList();
  }

  @Override
  public Optional<Redirection> of(InitiatorName initiator, InetSocketAddress reached) {
    return redirects.stream()
        .filter(each -> each.concerns(initiator, reached))
        .map(RedirectOption::redirection)
        .findFirst();
  }
}
