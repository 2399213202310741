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
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says which returned pools are due for a scrub, and why. A count alone would leave the last few
 * dirty for ever, so age and demand count too. Stateless, so thread-safe.
 */
final class ScrubTriggers {

  /** The returned replicas of one image, which are to be scrubbed now. */
  record Due(List<ReplicaName> replicas, String reason) {}

  private final ImageLedger images;
  private final ReplicaLedger replicas;
  private final PoolLedger pools;

  ScrubTriggers(ImageLedger images, ReplicaLedger replicas, PoolLedger pools) {
    this.images = images;
    this.replicas = replicas;
    this.pools = pools;
  }

  List<Due> due(Transaction transaction) throws DomainException {
    List<Due> due = new ArrayList<>();
    for (Map.Entry<ImageId, Map<ReplicaState, Integer>> pool :
        replicas.counts(transaction).entrySet()) {
      if (pool.getValue().getOrDefault(ReplicaState.RETURNED, 0) > 0) {
        Image image = images.get(transaction, pool.getKey());
        List<Replica> waiting = replicas.scrubbable(transaction, image.id());
        int ready = pool.getValue().getOrDefault(ReplicaState.READY, 0);
        reason(transaction, image, waiting, ready)
            .ifPresent(
                reason -> due.add(new Due(waiting.stream().map(Replica::name).toList(), reason)));
      }
    }
    return due;
  }

  private Optional<String> reason(
      Transaction transaction, Image image, List<Replica> waiting, int ready)
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
    PoolPolicy policy = pools.policy(transaction, image.series());
    if (waiting.size() >= policy.scrubThreshold()) {
      return Optional.of("the threshold of " + policy.scrubThreshold() + " returned was reached");
    }
    if (!waiting.get(0).since().plus(policy.scrubAge()).isAfter(transaction.now())) {
      return Optional.of("the oldest returned has waited " + policy.scrubAge());
    }
    return ready == 0 ? Optional.of("no ready replica is left") : Optional.empty();
  }
}
