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
import io.lunette.core.move.CatalogServerMoves;
import io.lunette.core.move.Membership;
import io.lunette.core.move.MoveRequest;
import io.lunette.core.move.ServerMove;
import io.lunette.core.pool.Pools;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.BootPolicy;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.ServerName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Roll-outs over a catalog: what runs where is read from the allocations. Thread-safe. */
public final class CatalogRollouts implements Rollouts {

  private final Catalog catalog;
  private final CatalogServers servers;
  private final Allocations allocations;
  private final ImageLedger images;
  private final Pools pools;
  private final BootLedger boots;
  private final CatalogServerMoves moves;
  private final CatalogAuditTrail audit;

  /** Wires the service. */
  public CatalogRollouts(
      Catalog catalog,
      CatalogServers servers,
      Allocations allocations,
      ImageLedger images,
      Pools pools,
      BootLedger boots,
      CatalogServerMoves moves,
      CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.servers = servers;
    this.allocations = allocations;
    this.images = images;
    this.pools = pools;
    this.boots = boots;
    this.moves = moves;
    this.audit = audit;
  }

  @Override
  public RolloutStatus setPolicy(Actor actor, ImageName image, BootPolicy policy)
      throws DomainException {
    catalog.change(
        transaction -> {
          images.getAvailable(transaction, image);
          boots.setPolicy(transaction, image, policy);
          audit.record(transaction, actor, "rollout.set", image.value(), policy.label());
          return null;
        });
    return get(image);
  }

  @Override
  public RolloutStatus get(ImageName name) throws DomainException {
    Image current = catalog.read(transaction -> images.getAvailable(transaction, name));
    BootPolicy policy = imagePolicy(name);
    List<RolloutServer> holders = new ArrayList<>();
    for (Allocation each : allocations.list()) {
      if (each.image().equals(name)) {
        holders.add(
            new RolloutServer(
                each.server(),
                each.tenant(),
                each.imageVersion(),
                servers.profile(each.server()).boot().orElse(policy),
                each.imageVersion() != current.version()));
      }
    }
    return new RolloutStatus(name, current.version(), policy, ready(name), holders);
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
    if (!isStale(held)) {
      return Optional.empty();
    }
    if (ready(held.image()) == 0) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "no replica of the current version of image '" + held.image() + "' is ready; try again");
    }
    return Optional.of(
        exchange(actor, held, restarts, "from version " + held.imageVersion() + " to the current"));
  }

  private boolean isStale(Allocation held) throws DomainException {
    return catalog.read(transaction -> images.getAvailable(transaction, held.image())).version()
        != held.imageVersion();
  }

  private ServerMove exchange(Actor actor, Allocation held, boolean restarts, String reason)
      throws DomainException {
    Optional<Membership> same = Optional.of(new Membership(held.tenant(), held.image()));
    return moves.begin(actor, new MoveRequest(held.server(), same, same, restarts, reason));
  }

  /**
   * Does what the policy of a server that boots now asks for.
   *
   * @return why it must not boot yet, if it must not
   */
  public Optional<String> prepareBoot(Allocation held) throws DomainException {
    BootPolicy policy =
        servers.profile(held.server()).boot().isPresent()
            ? servers.profile(held.server()).boot().get()
            : imagePolicy(held.image());
    if (policy == BootPolicy.PERSISTENT) {
      return Optional.empty();
    }
    boolean used =
        catalog
            .read(transaction -> boots.lastBoot(transaction, held.server()))
            .equals(Optional.of(held.id()));
    boolean mustBeFresh = policy == BootPolicy.FRESH && used;
    if (!mustBeFresh && !isStale(held)) {
      return Optional.empty();
    }
    if (ready(held.image()) == 0) {
      return mustBeFresh ? Optional.of("no fresh replica is ready") : Optional.empty();
    }
    exchange(
        Actor.LUNETTE,
        held,
        false,
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
