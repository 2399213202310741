/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.allocation;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.replica.PendingUnmask;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaLedger;
import io.lunette.core.server.ServerDependents;
import io.lunette.core.server.ServerLocks;
import io.lunette.core.server.ServerLuns;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumePlace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes returned replicas out of reach. The catalog says so first, in the transaction of the
 * release, and keeps saying so until the masking has done it: neither a failure nor a crash can
 * leave a returned replica visible and forgotten. Thread-safe.
 */
public final class Unmasking implements ServerDependents {

  private static final Logger LOG = LoggerFactory.getLogger(Unmasking.class);

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final LunMasking masking;
  private final AllocationUnits units;
  private final ReplicaLedger replicas;
  private final ServerLuns luns;
  private final ServerLocks locks;

  public Unmasking(
      Catalog catalog,
      VolumeDriver driver,
      LunMasking masking,
      AllocationUnits units,
      ReplicaLedger replicas,
      ServerLuns luns,
      ServerLocks locks) {
    this.catalog = catalog;
    this.driver = driver;
    this.masking = masking;
    this.units = units;
    this.replicas = replicas;
    this.luns = luns;
    this.locks = locks;
  }

  /**
   * Takes from a server what is still to be taken; its lock is held by the caller.
   *
   * @return the replica that was taken last, if any was pending
   */
  Optional<Replica> finish(ServerName server) throws DomainException {
    units.finish(server);
    Optional<Replica> last = Optional.empty();
    for (PendingUnmask pending :
        catalog.read(transaction -> replicas.pendingUnmasks(transaction, server))) {
      unmask(pending, server);
      last = Optional.of(pending.replica());
    }
    return last;
  }

  private void unmask(PendingUnmask pending, ServerName server) throws DomainException {
    Replica replica = pending.replica();
    try {
      masking.unmap(replica.volume(), pending.initiator());
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
    catalog.change(
        transaction -> {
          replicas.unmasked(transaction, pending);
          luns.free(transaction, server, replica.volume());
          return null;
        });
  }

  /**
   * Takes from all servers what is still to be taken.
   *
   * @return what could not be taken; it is tried again when this is called again
   */
  public List<PendingUnmask> finishAll() throws DomainException, VolumeException {
    for (ServerName server : unfinished().keySet()) {
      finishQuietly(server);
    }
    return catalog.read(replicas::pendingUnmasks);
  }

  /** Takes what is still to be taken from the servers that wait for one place. */
  public void finishAll(VolumePlace place) throws DomainException, VolumeException {
    for (Map.Entry<ServerName, VolumePlace> server : unfinished().entrySet()) {
      if (server.getValue().equals(place)) {
        finishQuietly(server.getKey());
      }
    }
  }

  /** Servers from which something is still to be taken, and the place that may keep it waiting. */
  private Map<ServerName, VolumePlace> unfinished() throws DomainException, VolumeException {
    Map<ServerName, VolumePlace> servers = new TreeMap<>();
    for (HeldLun lun : units.unfinished()) {
      servers.merge(lun.server(), driver.place(lun.volume()), Unmasking::farther);
    }
    for (PendingUnmask pending : catalog.read(replicas::pendingUnmasks)) {
      Replica replica = pending.replica();
      servers.merge(
          replica.server().orElseThrow(), driver.place(replica.volume()), Unmasking::farther);
    }
    return servers;
  }

  private static VolumePlace farther(VolumePlace one, VolumePlace other) {
    return one.isLocal() ? other : one;
  }

  private void finishQuietly(ServerName server) {
    try {
      finishAlone(server);
    } catch (DomainException e) {
      LOG.warn("what server '{}' released is still in its reach: {}", server, e.getMessage());
    }
  }

  private void finishAlone(ServerName server) throws DomainException {
    ServerLocks.Held lock = locks.hold(server);
    try {
      Optional<Replica> unused = finish(server);
    } finally {
      lock.release();
    }
  }

  @Override
  public void requireNone(Transaction transaction, ServerName server) throws DomainException {
    if (units.unfinishedAnywhere(transaction).contains(server)) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "what server '"
              + server
              + "' released is still being taken from it; repeat 'release "
              + server
              + "'");
    }
    Optional<PendingUnmask> pending = replicas.anyPendingUnmask(transaction, server);
    if (pending.isPresent()) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "replica '"
              + pending.get().replica().name()
              + "' is still being taken from server '"
              + server
              + "'; repeat 'release "
              + server
              + "'");
    }
  }
}
