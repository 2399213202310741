/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocationLedger;
import io.lunette.core.allocation.AllocationUnits;
import io.lunette.core.allocation.HeldLun;
import io.lunette.core.allocation.HeldReplica;
import io.lunette.core.allocation.Unmasking;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.mapping.ManualMapping;
import io.lunette.core.mapping.MappingLedger;
import io.lunette.core.replica.PendingUnmask;
import io.lunette.core.server.CatalogServers;
import io.lunette.core.server.Server;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Makes the masking what the catalog says: allocated replicas and manual mappings, each under its
 * LUN, and nothing else. What is too much goes first. Used by one thread.
 */
final class MaskingReconciler {

  private record Wanted(VolumeName volume, InitiatorName initiator, int lun, AccessMode mode) {
    static Wanted of(HeldLun lun) {
      return new Wanted(lun.volume(), lun.initiator(), lun.lun(), lun.role().mode());
    }

    static Wanted of(LunMapping mapping) {
      return new Wanted(mapping.volume(), mapping.initiator(), mapping.lun(), mapping.mode());
    }

    /** Whether they differ in the number at most. */
    boolean isButForTheLun(Wanted other) {
      return volume.equals(other.volume) && initiator.equals(other.initiator) && mode == other.mode;
    }
  }

  private final Catalog catalog;
  private final LunMasking masking;
  private final CatalogServers servers;
  private final AllocationLedger allocations;
  private final AllocationUnits units;
  private final MappingLedger mappings;
  private final Unmasking unmasking;

  MaskingReconciler(
      Catalog catalog,
      LunMasking masking,
      CatalogServers servers,
      AllocationLedger allocations,
      AllocationUnits units,
      MappingLedger mappings,
      Unmasking unmasking) {
    this.catalog = catalog;
    this.masking = masking;
    this.servers = servers;
    this.allocations = allocations;
    this.units = units;
    this.mappings = mappings;
    this.unmasking = unmasking;
  }

  void run(Differences differences) throws DomainException {
    servers.authenticateAll();
    Set<Wanted> wanted = wanted();
    Set<Wanted> shown = new HashSet<>();
    try {
      for (LunMapping mapping : masking.mappings()) {
        Wanted each = Wanted.of(mapping);
        Optional<Wanted> right = right(each, wanted);
        if (right.isPresent()) {
          shown.add(right.get());
        } else {
          masking.unmap(each.volume(), each.initiator());
          differences.resolved(
              each.volume(),
              "initiator " + each.initiator() + " saw it as LUN " + each.lun() + " without right",
              "it was unmapped");
        }
      }
      finishReleases(differences);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
    prepare(differences);
    for (Wanted each : wanted) {
      if (!shown.contains(each)) {
        map(each, differences);
      }
    }
  }

  /** What this mapping is there for, be it under a number that an array has chosen itself. */
  private Optional<Wanted> right(Wanted shown, Set<Wanted> wanted) throws VolumeException {
    if (wanted.contains(shown)) {
      return Optional.of(shown);
    }
    Optional<Wanted> close = wanted.stream().filter(shown::isButForTheLun).findFirst();
    return close.isPresent() && masking.choosesLun(shown.volume()) ? close : Optional.empty();
  }

  private Set<Wanted> wanted() throws DomainException {
    Map<ServerName, InitiatorName> initiators = new HashMap<>();
    for (Server server : servers.list()) {
      initiators.put(server.name(), server.initiator());
    }
    Set<Wanted> wanted = new LinkedHashSet<>();
    for (HeldReplica held : catalog.read(allocations::heldHere)) {
      wanted.add(Wanted.of(held.unit()));
    }
    for (HeldLun lun : catalog.read(units::shownHere)) {
      wanted.add(Wanted.of(lun));
    }
    for (ManualMapping mapping : catalog.read(mappings::all)) {
      wanted.add(
          new Wanted(
              mapping.volume(), initiators.get(mapping.server()), mapping.lun(), mapping.mode()));
    }
    return wanted;
  }

  private void finishReleases(Differences differences) throws DomainException, VolumeException {
    for (PendingUnmask pending : unmasking.finishAll()) {
      differences.unresolved(
          "replica " + pending.replica().name(),
          "it was returned, initiator " + pending.initiator() + " may still see it",
          "it is tried again; it is not scrubbed before");
    }
  }

  private void prepare(Differences differences) throws DomainException {
    for (HeldReplica held : catalog.read(allocations::heldHere)) {
      try {
        units.prepare(held);
      } catch (DomainException e) {
        differences.unresolved(
            "server " + held.server(), "its config volume cannot be made", e.getMessage());
      }
    }
  }

  private void map(Wanted wanted, Differences differences) {
    try {
      masking.map(wanted.volume(), wanted.initiator(), wanted.mode(), OptionalInt.of(wanted.lun()));
    } catch (VolumeException e) {
      differences.unresolved(
          wanted.volume(),
          "it does not show as LUN " + wanted.lun() + " of " + wanted.initiator(),
          e.getMessage());
    }
  }
}
