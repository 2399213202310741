/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayDescription;
import io.lunette.core.array.ArrayVolume;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.PoolSpace;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * What there is at the array, joined in memory with what the books say: whole classes are read, so
 * that the number of round trips does not depend on how many volumes there are. Thread-safe.
 */
final class VolumeLists {

  private final ArrayServices array;
  private final VolumeBooks books;

  VolumeLists(ArrayServices array, VolumeBooks books) {
    this.array = array;
    this.books = books;
  }

  /** Where a volume is at the array. */
  CIMObjectPath path(ArrayVolume volume) throws VolumeException {
    return new CIMObjectPath(
        volume
            .device()
            .orElseThrow(
                () ->
                    new VolumeException(
                        VolumeException.Kind.BUSY,
                        "array '"
                            + array.name()
                            + "': volume '"
                            + volume.called()
                            + "' is not there yet")));
  }

  /** A volume that was just seen. */
  VolumeInfo made(ArrayVolume volume) throws VolumeException {
    return volume
        .info(array.blocks().isThin() ? 0 : volume.sizeBytes())
        .orElseThrow(
            () ->
                new VolumeException(
                    VolumeException.Kind.BUSY,
                    "array '"
                        + array.name()
                        + "': volume '"
                        + volume.called()
                        + "' is "
                        + volume.state()));
  }

  Optional<VolumeInfo> find(VolumeName name) throws VolumeException {
    Optional<ArrayVolume> volume = books.find(name);
    if (volume.isEmpty() || volume.get().state().seen().isEmpty()) {
      return Optional.empty();
    }
    if (volume.get().device().isEmpty()) {
      return volume.get().info(0);
    }
    try {
      CIMObjectPath path = path(volume.get());
      array.blocks().get(path);
      long held = 0;
      for (CIMInstance each : array.session().references(path, "CIM_AllocatedFromStoragePool")) {
        held += Cim.number(each, "SpaceConsumed").orElse(0);
      }
      return volume.get().info(held);
    } catch (CimFault e) {
      if (e.isStatus(CimFault.NOT_FOUND)) {
        return Optional.empty();
      }
      throw array.failed("cannot find", name, e);
    }
  }

  List<VolumeInfo> all() throws VolumeException {
    try {
      Map<String, Long> held = new HashMap<>();
      for (CIMInstance each :
          array
              .session()
              .enumerateKnown(array.model().namespace(), "CIM_AllocatedFromStoragePool")) {
        Optional<CIMObjectPath> volume = Cim.reference(each, "Dependent");
        if (volume.isPresent()) {
          held.put(Cim.identity(volume.get()), Cim.number(each, "SpaceConsumed").orElse(0));
        }
      }
      Map<String, Long> there = new HashMap<>();
      for (StorageVolume each : array.blocks().volumes()) {
        String identity = Cim.identity(each.path());
        there.put(identity, held.getOrDefault(identity, each.thin() ? 0 : each.sizeBytes()));
      }
      List<VolumeInfo> all = new ArrayList<>();
      for (ArrayVolume volume : books.all()) {
        if (volume.device().isEmpty()) {
          volume.info(0).ifPresent(all::add);
          continue;
        }
        Long allocated = there.get(Cim.identity(path(volume)));
        if (allocated != null) {
          volume.info(allocated).ifPresent(all::add);
        }
      }
      return all;
    } catch (CimFault e) {
      throw e.of(array.name(), "cannot list its volumes");
    }
  }

  PoolSpace space() throws VolumeException {
    try {
      CIMInstance pool = array.blocks().poolNow();
      long total = Cim.number(pool, "TotalManagedSpace").orElse(0);
      long left = Math.min(total, Cim.number(pool, "RemainingManagedSpace").orElse(0));
      long promised = 0;
      for (ArrayVolume volume : books.all()) {
        promised += volume.name().isPresent() ? volume.sizeBytes() : 0;
      }
      return new PoolSpace(total, total, total - left, 0, 0, left, promised);
    } catch (CimFault e) {
      throw e.of(array.name(), "cannot read its pool");
    }
  }

  /** Who sees what of Lunette's volumes, but for what we show to ourselves. */
  List<LunMapping> mappings(InitiatorName self) throws VolumeException {
    Map<String, VolumeName> names = new HashMap<>();
    for (ArrayVolume volume : books.all()) {
      if (volume.name().isPresent() && volume.device().isPresent()) {
        names.put(Cim.identity(path(volume)), volume.name().get());
      }
    }
    if (names.isEmpty() || array.masking().isEmpty()) {
      return List.of();
    }
    try {
      List<TargetPorts.Port> ports = array.ports().known();
      List<LunMapping> all = new ArrayList<>();
      for (MaskingView view : array.views()) {
        for (MaskingView.Unit unit : view.units()) {
          VolumeName name = names.get(Cim.identity(unit.volume()));
          for (String id : name == null ? List.<String>of() : List.copyOf(view.initiators())) {
            Optional<InitiatorName> initiator = parse(id);
            if (initiator.isPresent() && !initiator.get().equals(self)) {
              all.add(VolumeMasking.mapping(name, initiator.get(), view, unit, ports));
            }
          }
        }
      }
      return all;
    } catch (CimFault e) {
      throw e.of(array.name(), "cannot read who sees what");
    }
  }

  /** An initiator by its iSCSI name; others are not Lunette's. */
  private static Optional<InitiatorName> parse(String id) {
    try {
      return Optional.of(new InitiatorName(id));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  ArrayDescription describe(boolean indications) throws VolumeException {
    try {
      String used = Cim.identity(array.blocks().pool());
      List<ArrayDescription.Pool> pools = new ArrayList<>();
      for (CIMInstance each : array.blocks().pools()) {
        CIMObjectPath path = each.getObjectPath();
        pools.add(
            new ArrayDescription.Pool(
                Cim.text(each, "InstanceID").or(() -> Cim.key(path, "InstanceID")).orElse(""),
                BlockServices.label(each),
                Cim.number(each, "TotalManagedSpace").orElse(0),
                Cim.number(each, "RemainingManagedSpace").orElse(0),
                Cim.identity(path).equals(used)));
      }
      List<String> targets =
          array.ports().all().stream()
              .map(each -> each.target() + " at " + each.portal())
              .distinct()
              .toList();
      return new ArrayDescription(
          array.model().systemName(),
          array.model().label(),
          array.model().namespace(),
          array.model().profiles(),
          pools,
          array.copies().describe(),
          array.masking().map(ArrayMasking::describe).orElse("none"),
          array.erasure(),
          targets,
          indications);
    } catch (CimFault e) {
      throw e.of(array.name(), "cannot describe it");
    }
  }
}
