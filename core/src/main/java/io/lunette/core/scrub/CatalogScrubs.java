/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.certificate.CertificateChain;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageId;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.pool.PoolLedger;
import io.lunette.core.pool.PoolPolicy;
import io.lunette.core.pool.PoolTermsLedger;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.VolumeDriver;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;

/** The scrubs of a catalog's replicas. */
public final class CatalogScrubs implements Scrubs, AutoCloseable {

  private final Catalog catalog;
  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final PoolLedger pools;
  private final CatalogAuditTrail audit;
  private final ScrubLedger records = new ScrubLedger();
  private final ScrubControl control;
  private final Scrubber scrubber;

  /**
   * Wires the service; nothing runs yet.
   *
   * @param certificates where the proofs go
   * @param softwareVersion what they name as the tool
   * @param upkeep asks for the volumes of retired replicas to be deleted
   * @param thresholds when space counts as short
   * @param waiting has a thread for whoever waits for a place
   * @param runsMax how many scrubs run at one time at each place
   * @param attemptsMax how often a scrub is tried before its replica is quarantined
   */
  public CatalogScrubs(
      Catalog catalog,
      VolumeDriver driver,
      ImageLedger images,
      ReplicaLedger replicas,
      PoolLedger pools,
      PoolTermsLedger terms,
      CatalogAuditTrail audit,
      CertificateChain certificates,
      String softwareVersion,
      Runnable upkeep,
      SpaceThresholds thresholds,
      Clock clock,
      Executor workers,
      Executor waiting,
      int runsMax,
      int attemptsMax) {
    this.catalog = catalog;
    this.images = images;
    this.replicas = replicas;
    this.pools = pools;
    this.audit = audit;
    this.control = new ScrubControl(catalog, driver, audit);
    this.scrubber =
        new Scrubber(
            catalog,
            driver,
            replicas,
            control,
            new ScrubSensors(catalog, driver, images, replicas, terms, thresholds),
            new ScrubTriggers(images, replicas, pools, terms),
            new ScrubBooks(
                catalog,
                images,
                replicas,
                pools,
                terms,
                records,
                certificates,
                new ScrubClaims(new EraseClaims(softwareVersion)),
                attemptsMax),
            upkeep,
            clock,
            workers,
            waiting,
            runsMax);
  }

  /** Applies what was set before a restart; nothing runs yet. */
  public void start() throws DomainException {
    control.start();
  }

  @Override
  public void pause(Actor actor) throws DomainException {
    boolean ignored = control.setPaused(actor, true);
  }

  @Override
  public void resume(Actor actor) throws DomainException {
    boolean ignored = control.setPaused(actor, false);
    scrubber.request();
  }

  @Override
  public void limit(Actor actor, long bytesPerSecond) throws DomainException {
    control.setLimit(actor, bytesPerSecond);
  }

  /** Lets the triggers be looked at soon. */
  public void request() {
    scrubber.request();
  }

  @Override
  public ScrubStatus status() throws DomainException {
    return new ScrubStatus(
        catalog.read(this::returnedPools), scrubber.running(), control.isPaused(), control.limit());
  }

  @Override
  public Optional<String> trouble() throws DomainException {
    return scrubber.trouble();
  }

  private List<ReturnedPool> returnedPools(Transaction transaction) throws DomainException {
    Map<ImageId, Map<ReplicaState, Integer>> counts = replicas.countsOfSeries(transaction);
    Map<ImageId, Image> shown = new LinkedHashMap<>();
    for (Image image : images.live(transaction)) {
      if (image.current()) {
        shown.put(image.series(), image);
      }
    }
    for (ImageId id : counts.keySet()) {
      if (!shown.containsKey(id)) {
        shown.put(id, images.get(transaction, id));
      }
    }
    List<ReturnedPool> result = new ArrayList<>();
    for (Image image : shown.values()) {
      result.add(returnedPool(transaction, image, counts.getOrDefault(image.series(), Map.of())));
    }
    result.sort(Comparator.comparing(ReturnedPool::image));
    return result;
  }

  private ReturnedPool returnedPool(
      Transaction transaction, Image image, Map<ReplicaState, Integer> counts)
      throws DomainException {
    PoolPolicy policy = pools.policy(transaction, image.series());
    return new ReturnedPool(
        image.name(),
        counts.getOrDefault(ReplicaState.RETURNED, 0),
        counts.getOrDefault(ReplicaState.SCRUBBING, 0),
        counts.getOrDefault(ReplicaState.QUARANTINED, 0),
        replicas
            .oldestOfSeries(transaction, image.series(), ReplicaState.RETURNED)
            .map(Replica::since),
        policy.scrubThreshold(),
        policy.scrubAge());
  }

  @Override
  public int run(Actor actor, Optional<ImageName> image) throws DomainException {
    int begun =
        catalog.change(
            transaction -> {
              List<ReplicaName> waiting = new ArrayList<>();
              for (ImageId id : imagesToScrub(transaction, image)) {
                replicas.scrubbable(transaction, id).forEach(each -> waiting.add(each.name()));
              }
              audit.record(
                  transaction,
                  actor,
                  "scrub.run",
                  image.map(ImageName::value).orElse("all"),
                  waiting.size() == 1 ? "1 replica" : waiting.size() + " replicas");
              return replicas
                  .moveAll(
                      transaction,
                      waiting,
                      ReplicaState.RETURNED,
                      ReplicaState.SCRUBBING,
                      actor,
                      "asked for")
                  .size();
            });
    scrubber.request();
    return begun;
  }

  private List<ImageId> imagesToScrub(Transaction transaction, Optional<ImageName> image)
      throws DomainException {
    if (image.isEmpty()) {
      return List.copyOf(replicas.counts(transaction).keySet());
    }
    Image named = images.get(transaction, ImageRef.current(image.get()));
    return images.versions(transaction, named.name()).stream().map(Image::id).toList();
  }

  /**
   * Whether the catalog has the record of an erase of a replica's volume: one that it lacks was
   * done by a newer catalog.
   *
   * @param ended when its driver says that it ended
   */
  public boolean hasRecord(ReplicaName replica, UUID volume, Instant ended) throws DomainException {
    return catalog.read(transaction -> records.hasEnd(transaction, replica, volume, ended));
  }

  @Override
  public List<ScrubRecord> records(ReplicaName replica) throws DomainException {
    return catalog.read(transaction -> records.of(transaction, replica));
  }

  @Override
  public void retry(Actor actor, ReplicaName name) throws DomainException {
    catalog.change(
        transaction -> {
          Replica replica =
              replicas
                  .find(transaction, name)
                  .orElseThrow(
                      () ->
                          new DomainException(
                              DomainException.Kind.NOT_FOUND,
                              "there is no replica '" + name + "'"));
          if (!replicas.move(
              transaction,
              name,
              ReplicaState.QUARANTINED,
              ReplicaState.SCRUBBING,
              actor,
              "asked for")) {
            throw new DomainException(
                DomainException.Kind.BUSY,
                "replica '" + name + "' is " + replica.state() + ", not QUARANTINED");
          }
          replicas.forgetFailures(transaction, name);
          audit.record(transaction, actor, "scrub.retry", name.value(), "");
          return null;
        });
    scrubber.forgetFailures(name);
    scrubber.request();
  }

  @Override
  public void close() {
    scrubber.close();
  }
}
