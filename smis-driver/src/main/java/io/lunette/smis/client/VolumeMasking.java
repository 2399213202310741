/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shows volumes to initiators and takes them away, whichever service the array has for that; what
 * came of it is read back from the array. Changes are made one after the other. Thread-safe.
 */
final class VolumeMasking {

  private final ArrayServices array;
  private final ReentrantLock changes = new ReentrantLock();

  VolumeMasking(ArrayServices array) {
    this.array = array;
  }

  private ArrayMasking service() throws CimFault {
    return array
        .masking()
        .orElseThrow(
            () ->
                new CimFault(
                    CimFault.Kind.STATUS,
                    CimFault.NOT_SUPPORTED,
                    "it has no masking service that Lunette knows"));
  }

  LunMapping show(
      VolumeName name,
      StorageVolume volume,
      InitiatorName initiator,
      AccessMode mode,
      OptionalInt lun)
      throws CimFault {
    changes.lock();
    try {
      List<MaskingView> views = array.views();
      Optional<LunMapping> there = find(name, volume, initiator, views);
      if (there.isPresent()) {
        return requireSame(there.get(), mode, lun);
      }
      service().show(volume, initiator, mode, lun, views);
      return find(name, volume, initiator, array.views())
          .orElseThrow(
              () ->
                  new CimFault(
                      CimFault.Kind.NO_ANSWER, 0, "it does not show it after it said it would"));
    } finally {
      changes.unlock();
    }
  }

  private LunMapping requireSame(LunMapping there, AccessMode mode, OptionalInt lun)
      throws CimFault {
    if (there.mode() != mode
        || (lun.isPresent() && lun.getAsInt() != there.lun() && service().takesNumbers())) {
      throw new CimFault(
          CimFault.Kind.RETURN_CODE,
          ReturnCodes.IN_USE,
          "it is mapped to "
              + there.initiator()
              + " already, as "
              + there.mode()
              + " LUN "
              + there.lun());
    }
    return there;
  }

  private Optional<LunMapping> find(
      VolumeName name, StorageVolume volume, InitiatorName initiator, List<MaskingView> views)
      throws CimFault {
    List<TargetPorts.Port> ports = array.ports().known();
    for (MaskingView view : views) {
      Optional<MaskingView.Unit> unit = view.unit(volume.path());
      if (view.isOf(initiator) && unit.isPresent()) {
        return Optional.of(mapping(name, initiator, view, unit.get(), ports));
      }
    }
    return Optional.empty();
  }

  static LunMapping mapping(
      VolumeName name,
      InitiatorName initiator,
      MaskingView view,
      MaskingView.Unit unit,
      List<TargetPorts.Port> ports)
      throws CimFault {
    TargetPorts.Port port =
        ports.stream()
            .filter(each -> view.ports().contains(Cim.identity(each.path())))
            .findFirst()
            .or(() -> ports.stream().findFirst())
            .orElseThrow(
                () ->
                    new CimFault(
                        CimFault.Kind.STATUS,
                        CimFault.NOT_SUPPORTED,
                        "it has no iSCSI target port with an address"));
    int lun =
        unit.lun()
            .orElseThrow(
                () ->
                    new CimFault(
                        CimFault.Kind.STATUS,
                        CimFault.NOT_SUPPORTED,
                        "it does not say as which LUN it shows volume '"
                            + name
                            + "' (DeviceNumber of ProtocolControllerForUnit)"));
    return new LunMapping(name, initiator, lun, unit.mode(), port.portal(), port.target());
  }

  /** Takes a volume from an initiator; that it is gone is read back. */
  void hide(StorageVolume volume, InitiatorName initiator) throws CimFault {
    changes.lock();
    try {
      boolean found = false;
      for (MaskingView view : array.views()) {
        if (view.isOf(initiator) && view.unit(volume.path()).isPresent()) {
          service().hide(volume, view);
          found = true;
        }
      }
      if (found) {
        requireHidden(volume, Optional.of(initiator));
      }
    } finally {
      changes.unlock();
    }
  }

  /** Takes a volume from everybody. */
  void hideFromAll(StorageVolume volume) throws CimFault {
    changes.lock();
    try {
      boolean found = false;
      for (MaskingView view : array.views()) {
        if (!view.initiators().isEmpty() && view.unit(volume.path()).isPresent()) {
          service().hide(volume, view);
          found = true;
        }
      }
      if (found) {
        requireHidden(volume, Optional.empty());
      }
    } finally {
      changes.unlock();
    }
  }

  private void requireHidden(StorageVolume volume, Optional<InitiatorName> from) throws CimFault {
    for (MaskingView view : array.views()) {
      boolean concerned = from.isPresent() ? view.isOf(from.get()) : !view.initiators().isEmpty();
      if (concerned && view.unit(volume.path()).isPresent()) {
        throw new CimFault(
            CimFault.Kind.NO_ANSWER, 0, "it still shows it after it said it would not");
      }
    }
  }
}
