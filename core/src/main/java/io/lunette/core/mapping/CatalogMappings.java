/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.mapping;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.image.ImageLedger;
import io.lunette.core.personality.PersonalityFacts;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerLocks;
import io.lunette.core.server.ServerLuns;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Manual mappings: kept in the catalog first, then shown by the masking. */
public final class CatalogMappings implements ManualMappings {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final LunMasking masking;
  private final CatalogServers servers;
  private final ServerLocks locks;
  private final ServerLuns luns;
  private final MappingLedger mappings;
  private final VolumeClaims claims;
  private final CatalogAuditTrail audit;

  public CatalogMappings(
      Catalog catalog,
      VolumeDriver driver,
      LunMasking masking,
      CatalogServers servers,
      ServerLocks locks,
      ServerLuns luns,
      MappingLedger mappings,
      VolumeClaims claims,
      CatalogAuditTrail audit) {
    this.catalog = catalog;
    this.driver = driver;
    this.masking = masking;
    this.servers = servers;
    this.locks = locks;
    this.luns = luns;
    this.mappings = mappings;
    this.claims = claims;
    this.audit = audit;
  }

  @Override
  public LunMapping map(
      Actor actor, VolumeName volume, ServerName server, OptionalInt lun, AccessMode mode)
      throws DomainException {
    requireMappable(volume, mode);
    ServerLocks.Held lock = locks.hold(server);
    try {
      Optional<ManualMapping> before =
          catalog.read(transaction -> mappings.find(transaction, volume, server));
      ManualMapping mapping =
          catalog.change(transaction -> addOrFind(transaction, actor, volume, server, lun, mode));
      return show(mapping, servers.get(server), before.isEmpty());
    } finally {
      lock.release();
    }
  }

  private void requireMappable(VolumeName volume, AccessMode mode) throws DomainException {
    if (volume.value().startsWith(ReplicaName.VOLUME_PREFIX)) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "volume '" + volume + "' belongs to a replica; 'allocate' gives one to a server");
    }
    if (volume.value().startsWith(PersonalityFacts.VOLUME_PREFIX)) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "volume '" + volume + "' is the config volume of a server; nobody else sees it");
    }
    if (volume.value().startsWith(ImageLedger.VOLUME_PREFIX) && mode != AccessMode.READ_ONLY) {
      throw new DomainException(
          DomainException.Kind.INVALID,
          "volume '" + volume + "' belongs to an image; map it read-only");
    }
    try {
      if (driver.find(volume).isEmpty()) {
        throw new DomainException(DomainException.Kind.NOT_FOUND, "no volume '" + volume + "'");
      }
      claims.requireFree(volume);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  private ManualMapping addOrFind(
      Transaction transaction,
      Actor actor,
      VolumeName volume,
      ServerName server,
      OptionalInt lun,
      AccessMode mode)
      throws DomainException {
    servers.get(transaction, server);
    Optional<ManualMapping> there = mappings.find(transaction, volume, server);
    if (there.isPresent()) {
      ManualMapping mapping = there.get();
      if (mapping.mode() != mode || (lun.isPresent() && lun.getAsInt() != mapping.lun())) {
        throw new DomainException(
            DomainException.Kind.CONFLICT,
            "volume '"
                + volume
                + "' is mapped to server '"
                + server
                + "' as LUN "
                + mapping.lun()
                + ", "
                + mapping.mode()
                + "; unmap it first");
      }
      return mapping;
    }
    ManualMapping mapping =
        new ManualMapping(
            volume, server, luns.take(transaction, server, volume, lun), mode, transaction.now());
    mappings.insert(transaction, mapping);
    audit.record(
        transaction,
        actor,
        "volume.map",
        volume.value(),
        "server " + server + ", LUN " + mapping.lun() + ", " + mode);
    return mapping;
  }

  /** A new mapping that cannot be shown is taken back: the call has then done nothing. */
  private LunMapping show(ManualMapping mapping, Server server, boolean added)
      throws DomainException {
    servers.admit(server);
    try {
      return masking.map(
          mapping.volume(), server.initiator(), mapping.mode(), OptionalInt.of(mapping.lun()));
    } catch (VolumeException e) {
      if (added) {
        catalog.change(
            transaction -> remove(transaction, Actor.LUNETTE, mapping.volume(), mapping.server()));
      }
      throw DomainException.of(e);
    }
  }

  @Override
  public void unmap(Actor actor, VolumeName volume, ServerName server) throws DomainException {
    ServerLocks.Held lock = locks.hold(server);
    try {
      Server known = servers.get(server);
      if (catalog.read(transaction -> mappings.find(transaction, volume, server)).isPresent()) {
        masking.unmap(volume, known.initiator());
        catalog.change(transaction -> remove(transaction, actor, volume, server));
      }
    } catch (VolumeException e) {
      throw DomainException.of(e);
    } finally {
      lock.release();
    }
  }

  private Void remove(Transaction transaction, Actor actor, VolumeName volume, ServerName server)
      throws DomainException {
    if (mappings.delete(transaction, volume, server)) {
      luns.free(transaction, server, volume);
      audit.record(transaction, actor, "volume.unmap", volume.value(), "server " + server);
    }
    return null;
  }

  @Override
  public List<ManualMapping> list() throws DomainException {
    return catalog.read(mappings::all);
  }
}
