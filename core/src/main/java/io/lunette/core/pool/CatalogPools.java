/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.pool;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageDependents;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageName;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.CloneKind;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The pools in the catalog. */
public final class CatalogPools implements Pools, ImageDependents {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final PoolLedger pools;
  private final PoolTermsLedger terms;
  private final PoolGoals goals;
  private final PoolUpkeep upkeep;
  private final Runnable scrubTriggers;
  private final CatalogAuditTrail audit;

  /**
   * Wires the service.
   *
   * @param scrubTriggers looks whether a changed policy starts a scrub
   */
  public CatalogPools(
      Catalog catalog,
      VolumeDriver driver,
      ImageLedger images,
      ReplicaLedger replicas,
      PoolLedger pools,
      PoolTermsLedger terms,
      PoolForecasts forecasts,
      PoolUpkeep upkeep,
      Runnable scrubTriggers,
      CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.driver = driver;
    this.images = images;
    this.replicas = replicas;
    this.pools = pools;
    this.terms = terms;
    this.goals = new PoolGoals(pools, terms, forecasts);
    this.upkeep = upkeep;
    this.scrubTriggers = scrubTriggers;
    this.audit = audit;
  }

  @Override
  public PoolStatus set(Actor actor, ImageName name, PoolChange change) throws DomainException {
    if (change.scrub().isPresent()) {
      requireOffered(change.scrub().get().method(), name);
    }
    if (change.terms().kind().isPresent()) {
      requireOffered(change.terms().kind().get(), driver.capabilities().clones());
    }
    catalog.change(
        transaction -> {
          Image image = images.getAvailable(transaction, name);
          PoolPolicy policy = changed(pools.policy(transaction, image.series()), change);
          PoolTerms kept = changed(terms.get(transaction, image.series()), change.terms());
          pools.save(transaction, image.series(), policy);
          terms.save(transaction, image.series(), kept);
          retireSurplus(transaction, actor, image, goals.get(transaction, image).ready());
          audit.record(
              transaction,
              actor,
              "pool.set",
              name.value(),
              describe(policy) + ", " + kept.describe());
          return null;
        });
    upkeep.request();
    scrubTriggers.run();
    return get(name);
  }

  private static void requireOffered(CloneKind kind, Set<CloneKind> offered)
      throws DomainException {
    if (!offered.contains(kind)) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "these volumes have no " + kind.name().toLowerCase(Locale.ROOT) + " clones");
    }
  }

  private static PoolTerms changed(PoolTerms before, PoolTermsChange change)
      throws DomainException {
    try {
      return change.of(before);
    } catch (IllegalArgumentException e) {
      throw new DomainException(DomainException.Kind.INVALID, e.getMessage(), e);
    }
  }

  private void requireOffered(EraseMethod method, ImageName name) throws DomainException {
    Set<EraseMethod> offered = driver.capabilities().eraseMethods();
    if (!offered.contains(method)) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "the device cannot erase by "
              + method.label()
              + ": it offers "
              + offered.stream()
                  .sorted()
                  .map(EraseMethod::label)
                  .collect(Collectors.joining(", ")));
    }
    if (method == EraseMethod.CRYPTO) {
      requireKeys(catalog.read(transaction -> images.getAvailable(transaction, name)));
    }
  }

  private void requireKeys(Image image) throws DomainException {
    try {
      if (!driver.encryptsClonesOf(image.volume())) {
        throw new DomainException(
            DomainException.Kind.INVALID,
            "replicas of image '"
                + image.name()
                + "' have no keys to destroy: use "
                + EraseMethod.ZERO_FILL.label()
                + ", or give all new ones keys by 'serve --encrypt'");
      }
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  private static PoolPolicy changed(PoolPolicy before, PoolChange change) throws DomainException {
    int ready = change.ready().orElse(before.ready());
    int low =
        change.low().orElse(change.ready().isPresent() ? ready : Math.min(before.low(), ready));
    try {
      return new PoolPolicy(
          ready,
          low,
          change.scrubThreshold().orElse(before.scrubThreshold()),
          change.scrubAge().orElse(before.scrubAge()),
          change.scrub().orElse(before.scrub()));
    } catch (IllegalArgumentException e) {
      throw new DomainException(DomainException.Kind.INVALID, e.getMessage(), e);
    }
  }

  private static String describe(PoolPolicy policy) {
    return "ready "
        + policy.ready()
        + ", low "
        + policy.low()
        + ", scrub threshold "
        + policy.scrubThreshold()
        + ", scrub age "
        + policy.scrubAge()
        + ", scrub method "
        + policy.scrub().describe();
  }

  /** First those that are not made yet, then those that have waited longest. */
  private void retireSurplus(Transaction transaction, Actor actor, Image image, int ready)
      throws DomainException {
    int building = replicas.count(transaction, image.id(), ReplicaState.BUILDING);
    int surplus = building + replicas.count(transaction, image.id(), ReplicaState.READY) - ready;
    if (surplus > 0) {
      String reason = "the pool keeps " + ready + " ready";
      retire(transaction, actor, image, ReplicaState.BUILDING, Math.min(surplus, building), reason);
      retire(
          transaction,
          actor,
          image,
          ReplicaState.READY,
          surplus - Math.min(surplus, building),
          reason);
    }
  }

  private void retire(
      Transaction transaction,
      Actor actor,
      Image image,
      ReplicaState state,
      int count,
      String reason)
      throws DomainException {
    List<Replica> retired = replicas.inState(transaction, image.id(), state, count);
    replicas.moveAll(
        transaction,
        retired.stream().map(Replica::name).toList(),
        state,
        ReplicaState.RETIRED,
        actor,
        reason);
  }

  /** An image that is deleted takes along the replicas that hold nothing of a tenant. */
  @Override
  public void letGo(Transaction transaction, Actor actor, Image image) throws DomainException {
    int held = replicas.count(transaction, image.id(), ReplicaState.ALLOCATED);
    if (held > 0) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          (held == 1 ? "a server holds a replica" : held + " servers hold replicas")
              + " of image '"
              + image.ref()
              + "'; 'release' ends that");
    }
    for (ReplicaState state :
        List.of(ReplicaState.BUILDING, ReplicaState.READY, ReplicaState.FAILED)) {
      int count = replicas.count(transaction, image.id(), state);
      retire(transaction, actor, image, state, count, "the image was deleted");
    }
  }

  /** The pool is filled from the version that is current now, up to its ready mark. */
  @Override
  public void published(Transaction transaction, Actor actor, Image image) throws DomainException {
    pools.setFilling(transaction, image.series(), true);
  }

  @Override
  public List<PoolStatus> list() throws DomainException {
    return catalog.read(
        transaction -> {
          var counts = replicas.countsOfSeries(transaction);
          List<PoolStatus> statuses = new ArrayList<>();
          for (Image image : images.live(transaction)) {
            if (image.current()) {
              statuses.add(
                  status(transaction, image, counts.getOrDefault(image.series(), Map.of())));
            }
          }
          return statuses;
        });
  }

  @Override
  public PoolStatus get(ImageName name) throws DomainException {
    return catalog.read(
        transaction -> {
          Image image = images.getAvailable(transaction, name);
          return status(
              transaction,
              image,
              replicas.countsOfSeries(transaction).getOrDefault(image.series(), Map.of()));
        });
  }

  private PoolStatus status(Transaction transaction, Image image, Map<ReplicaState, Integer> counts)
      throws DomainException {
    Map<ReplicaState, Integer> all = new EnumMap<>(ReplicaState.class);
    for (ReplicaState state : ReplicaState.values()) {
      if (state != ReplicaState.RETIRED) {
        all.put(state, counts.getOrDefault(state, 0));
      }
    }
    PoolGoals.Goal goal = goals.get(transaction, image);
    return new PoolStatus(
        image,
        pools.policy(transaction, image.series()),
        all,
        upkeep.trouble(image.id()),
        goal.terms(),
        goal.forecast(),
        upkeep.copies(image));
  }
}
