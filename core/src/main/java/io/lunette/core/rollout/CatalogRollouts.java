/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.rollout;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.Allocations;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.load.TargetLoad;
import io.lunette.core.move.CatalogServerMoves;
import io.lunette.core.move.Membership;
import io.lunette.core.move.MoveRequest;
import io.lunette.core.move.ServerMove;
import io.lunette.core.pool.Pools;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Roll-outs over a catalog: what runs where is read from the allocations. Each node has its own
 * images, and so its own roll-outs.
 *
 * <p>A boot is a request that anybody on the network may send in a server's name. So it takes
 * nothing from a server that is logged in, and what it takes otherwise the server's own next boot
 * would take as well; and it cannot be repeated to use up the pool. Thread-safe.
 */
public final class CatalogRollouts implements Rollouts {

  /** No server is up and down again sooner, and somebody who only asks gets no more replicas. */
  private static final Duration BOOT_PAUSE = Duration.ofSeconds(15);

  private final Catalog catalog;
  private final CatalogServers servers;
  private final Allocations allocations;
  private final ImageLedger images;
  private final Pools pools;
  private final BootLedger boots;
  private final CatalogServerMoves moves;
  private final TargetLoad target;
  private final CatalogAuditTrail audit;
  private final Clock clock;

  /** Wires the service. */
  public CatalogRollouts(
      Catalog catalog,
      CatalogServers servers,
      Allocations allocations,
      ImageLedger images,
      Pools pools,
      BootLedger boots,
      CatalogServerMoves moves,
      TargetLoad target,
      CatalogAuditTrail audit,
      Clock clock) {
    this.catalog = catalog;
    this.servers = servers;
    this.allocations = allocations;
    this.images = images;
    this.pools = pools;
    this.boots = boots;
    this.moves = moves;
    this.target = target;
    this.audit = audit;
    this.clock = clock;
  }

  @Override
  public RolloutStatus setPolicy(Actor actor, ImageName image, BootPolicy policy)
      throws DomainException {
    catalog.change(
        transaction -> {
          images.get(transaction, ImageRef.current(image));
          boots.setPolicy(transaction, image, policy);
          audit.record(transaction, actor, "rollout.set", image.value(), policy.label());
          return null;
        });
    return get(image);
  }

  @Override
  public RolloutStatus get(ImageName name) throws DomainException {
    Optional<Integer> current =
        Optional.of(catalog.read(transaction -> images.get(transaction, ImageRef.current(name))))
            .filter(Image::current)
            .map(Image::version);
    BootPolicy policy = imagePolicy(name);
    List<RolloutServer> holders = new ArrayList<>();
    for (Allocation each : allocations.list()) {
      if (each.image().equals(name) && isHere(each)) {
        holders.add(
            new RolloutServer(
                each.server(),
                each.tenant(),
                each.imageVersion(),
                servers.profile(each.server()).boot().orElse(policy),
                current.filter(version -> version != each.imageVersion()).isPresent()));
      }
    }
    int ready = current.isPresent() ? ready(name) : 0;
    return new RolloutStatus(name, current, policy, ready, holders);
  }

  private BootPolicy imagePolicy(ImageName image) throws DomainException {
    return catalog
        .read(transaction -> boots.policy(transaction, image))
        .orElse(BootPolicy.PERSISTENT);
  }

  private int ready(ImageName image) throws DomainException {
    return pools.get(image).count(ReplicaState.READY);
  }

  @Override
  public Optional<ServerMove> upgrade(Actor actor, ServerName server) throws DomainException {
    boolean restarts = servers.profile(server).power().isPresent();
    Allocation held =
        allocations
            .find(server)
            .orElseThrow(
                () ->
                    new DomainException(
                        DomainException.Kind.INVALID,
                        "server '" + server + "' holds nothing to upgrade"));
    requireHere(held);
    Image current = catalog.read(transaction -> images.getAvailable(transaction, held.image()));
    if (current.version() == held.imageVersion()) {
      return Optional.empty();
    }
    boolean keeps = held.isSplit();
    if (!keeps && ready(held.image()) == 0) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "no replica of the current version of image '" + held.image() + "' is ready; try again");
    }
    String reason = "from version " + held.imageVersion() + " to the current";
    return Optional.of(exchange(actor, held, restarts, keeps, reason));
  }

  private void requireHere(Allocation held) throws DomainException {
    if (!isHere(held)) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "server '"
              + held.server()
              + "' holds a replica of node '"
              + held.node()
              + "'; upgrade it there");
    }
  }

  private boolean isHere(Allocation held) {
    return held.node().equals(catalog.node());
  }

  private ServerMove exchange(
      Actor actor, Allocation held, boolean restarts, boolean keeps, String reason)
      throws DomainException {
    Optional<Membership> same = Optional.of(new Membership(held.tenant(), held.image()));
    return moves.begin(actor, new MoveRequest(held.server(), same, same, restarts, keeps, reason));
  }

  /**
   * Does what the policy of a server that boots now asks for.
   *
   * @return why it must not boot yet, if it must not
   */
  public Optional<String> prepareBoot(Server server, Allocation held) throws DomainException {
    if (!isHere(held)) {
      return Optional.of("its replica is one of node " + held.node());
    }
    Optional<BootPolicy> own = servers.profile(server.name()).boot();
    BootPolicy policy = own.isPresent() ? own.get() : imagePolicy(held.image());
    if (policy == BootPolicy.PERSISTENT) {
      return Optional.empty();
    }
    Optional<Instant> last =
        catalog.read(transaction -> boots.lastBoot(transaction, server.name(), held.id()));
    Optional<Image> current =
        catalog.read(transaction -> images.current(transaction, held.image()));
    boolean stale = current.isPresent() && current.get().version() != held.imageVersion();
    boolean mustBeFresh = policy == BootPolicy.FRESH && last.isPresent();
    if (!mustBeFresh && !stale) {
      return Optional.empty();
    }
    if (target.counters().containsKey(server.initiator())) {
      return Optional.of("it is logged in still; it boots when that session has ended");
    }
    boolean keeps = policy == BootPolicy.STATELESS && current.isPresent() && held.isSplit();
    if (!keeps && (current.isEmpty() || ready(held.image()) == 0)) {
      return mustBeFresh ? Optional.of("no fresh replica is ready") : Optional.empty();
    }
    if (mustBeFresh && clock.instant().isBefore(last.get().plus(BOOT_PAUSE))) {
      return Optional.of("it was told to boot a moment ago");
    }
    exchange(
        Actor.LUNETTE,
        held,
        false,
        keeps,
        "it boots, and its policy is " + policy.label() + ", with version " + held.imageVersion());
    return Optional.empty();
  }

  /** Notes that a server was told to boot from an allocation. */
  public void booted(Allocation held) throws DomainException {
    catalog.change(
        transaction -> {
          boots.booted(transaction, held.server(), held.id());
          return null;
        });
  }
}
