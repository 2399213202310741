/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageId;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.image.ImageState;
import io.lunette.core.pool.PoolLedger;
import io.lunette.core.pool.PoolPolicy;
import io.lunette.core.pool.PoolTerms;
import io.lunette.core.pool.PoolTermsLedger;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.space.SpaceLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says which returned pools are due for a scrub, and why. A count alone would leave the last few
 * dirty for ever, so age, dirty bytes, space and demand count too. Where a pool has hours, what can
 * wait for them does: count, age, dirty bytes and a first warning of space. Stateless, so
 * thread-safe.
 */
final class ScrubTriggers {

  /** The returned replicas of one image, which are to be scrubbed now. */
  record Due(List<ReplicaName> replicas, String reason) {}

  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final PoolLedger pools;
  private final PoolTermsLedger terms;

  ScrubTriggers(
      ImageLedger images, ReplicaLedger replicas, PoolLedger pools, PoolTermsLedger terms) {
    this.images = images;
    this.replicas = replicas;
    this.pools = pools;
    this.terms = terms;
  }

  List<Due> due(Transaction transaction, ScrubSigns signs) throws DomainException {
    List<Due> due = new ArrayList<>();
    for (Map.Entry<ImageId, Map<ReplicaState, Integer>> pool :
        replicas.counts(transaction).entrySet()) {
      if (pool.getValue().getOrDefault(ReplicaState.RETURNED, 0) > 0) {
        Image image = images.get(transaction, pool.getKey());
        List<Replica> waiting = replicas.scrubbable(transaction, image.id());
        int ready = pool.getValue().getOrDefault(ReplicaState.READY, 0);
        reason(transaction, image, waiting, ready, signs)
            .ifPresent(
                reason -> due.add(new Due(waiting.stream().map(Replica::name).toList(), reason)));
      }
    }
    return due;
  }

  private Optional<String> reason(
      Transaction transaction, Image image, List<Replica> waiting, int ready, ScrubSigns signs)
      throws DomainException {
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    if (image.state() != ImageState.AVAILABLE) {
      return Optional.of("the image was deleted or retired");
    }
    if (!image.current()) {
      return Optional.of("another version of the image is current");
    }
    PoolTerms kept = terms.get(transaction, image.series());
    boolean open =
        kept.scrubHours().isEmpty() || kept.scrubHours().get().contains(transaction.now());
    if (open) {
      PoolPolicy policy = pools.policy(transaction, image.series());
      Optional<String> reason = patient(transaction, policy, kept, image, waiting, signs);
      if (reason.isPresent()) {
        return reason;
      }
    }
    if (signs.space() == SpaceLevel.CRITICAL) {
      return Optional.of("space is critically short");
    }
    return ready == 0 ? Optional.of("no ready replica is left") : Optional.empty();
  }

  /** What waits for the hours of a pool, if it has any. */
  private static Optional<String> patient(
      Transaction transaction,
      PoolPolicy policy,
      PoolTerms kept,
      Image image,
      List<Replica> waiting,
      ScrubSigns signs) {
    if (waiting.size() >= policy.scrubThreshold()) {
      return Optional.of("the threshold of " + policy.scrubThreshold() + " returned was reached");
    }
    if (!waiting.get(0).since().plus(policy.scrubAge()).isAfter(transaction.now())) {
      return Optional.of("the oldest returned has waited " + policy.scrubAge());
    }
    long bytes = signs.returnedBytes().getOrDefault(image.id(), 0L);
    if (kept.scrubDirtyBytes().isPresent() && bytes >= kept.scrubDirtyBytes().getAsLong()) {
      return Optional.of("returned replicas hold " + bytes + " bytes");
    }
    return signs.space() == SpaceLevel.NORMAL ? Optional.empty() : Optional.of("space runs short");
  }
}
