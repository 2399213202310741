/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.metricshub.wbem.javax.cim.CIMObjectPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our own way to the data of volumes: a LUN masked to our own initiator, opened once for all who
 * use the volume, and unmasked when the last has closed it. Thread-safe.
 */
final class OwnPaths {

  private static final Logger LOG = LoggerFactory.getLogger(OwnPaths.class);

  private static final class Path {
    private final StorageVolume volume;
    private final BlockDevice lun;
    private int users;
    private volatile boolean sealed;

    Path(StorageVolume volume, BlockDevice lun, boolean sealed) {
      this.volume = volume;
      this.lun = lun;
      this.sealed = sealed;
    }
  }

  private final ArrayServices array;
  private final VolumeMasking masking;
  private final LunConnector connector;
  private final InitiatorName self;
  private final Map<UUID, Path> paths = new HashMap<>();

  OwnPaths(ArrayServices array, VolumeMasking masking, LunConnector connector, InitiatorName self) {
    this.array = array;
    this.masking = masking;
    this.connector = connector;
    this.self = self;
  }

  /** Opens a volume; closing the last device of it takes it from us again. */
  synchronized BlockDevice open(ArrayVolume volume, AccessMode mode) throws VolumeException {
    Path path = paths.get(volume.id());
    if (path == null) {
      path = connect(volume);
      paths.put(volume.id(), path);
    }
    path.users++;
    Path opened = path;
    boolean readOnly = mode == AccessMode.READ_ONLY;
    return new RemoteDevice(
        path.lun,
        volume.sizeBytes(),
        () -> readOnly || opened.sealed,
        path.volume.thin(),
        () -> release(volume, opened));
  }

  private Path connect(ArrayVolume volume) throws VolumeException {
    try {
      StorageVolume there = array.blocks().get(new CIMObjectPath(volume.device().orElseThrow()));
      LunMapping mapping =
          masking.show(volume.called(), there, self, AccessMode.READ_WRITE, OptionalInt.empty());
      try {
        BlockDevice lun = connector.connect(mapping, self);
        return new Path(there, lun, volume.state() == ArrayVolumeState.SEALED);
      } catch (VolumeException e) {
        hideQuietly(there);
        throw new VolumeException(
            e.kind(),
            "array '" + array.name() + "': volume '" + volume.called() + "': " + e.getMessage(),
            e);
      }
    } catch (CimFault e) {
      throw array.failed("cannot open", volume.called(), e);
    }
  }

  private synchronized void release(ArrayVolume volume, Path path) {
    path.users--;
    if (path.users == 0) {
      paths.remove(volume.id());
      path.lun.close();
      hideQuietly(path.volume);
    }
  }

  private void hideQuietly(StorageVolume volume) {
    try {
      masking.hide(volume, self);
    } catch (CimFault e) {
      LOG.warn(
          "array '{}': volume '{}' stays masked to {} until the next start: {}",
          array.name(),
          volume.label(),
          self,
          e.getMessage());
    }
  }

  synchronized boolean isOpen(ArrayVolume volume) {
    return paths.containsKey(volume.id());
  }

  /** Makes what was written durable and turns open devices read-only. */
  synchronized void seal(ArrayVolume volume) throws VolumeException {
    Path path = paths.get(volume.id());
    if (path == null) {
      return;
    }
    try {
      path.sealed = true;
      BlockingIo.flush(path.lun);
    } catch (BlockException e) {
      path.sealed = false;
      throw new VolumeException(
          VolumeException.Kind.IO,
          "array '" + array.name() + "': volume '" + volume.called() + "': " + e.getMessage(),
          e);
    }
  }

  /** Makes what was written to a volume durable, if it is open. */
  void flush(ArrayVolume volume) throws VolumeException {
    Path path;
    synchronized (this) {
      path = paths.get(volume.id());
    }
    if (path != null) {
      try {
        BlockingIo.flush(path.lun);
      } catch (BlockException e) {
        throw new VolumeException(
            VolumeException.Kind.IO,
            "array '" + array.name() + "': volume '" + volume.called() + "': " + e.getMessage(),
            e);
      }
    }
  }

  /** Takes from us what a process that was killed had open. */
  void tidy() throws CimFault {
    for (MaskingView view : array.views()) {
      if (view.isOnlyOf(self)) {
        for (MaskingView.Unit unit : view.units()) {
          masking.hide(array.blocks().get(unit.volume()), self);
        }
      }
    }
  }

  /** Closes what is open still. */
  synchronized void close() {
    for (Path path : paths.values()) {
      path.lun.close();
      hideQuietly(path.volume);
    }
    paths.clear();
  }
}
