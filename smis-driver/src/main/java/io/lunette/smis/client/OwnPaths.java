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
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.metricshub.wbem.javax.cim.CIMObjectPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our own way to the data of volumes: a LUN masked to our own initiator, opened once for all who
 * use the volume, and unmasked when the last has closed it. Thread-safe.
 */
final class OwnPaths {

  private static final Logger LOG = LoggerFactory.getLogger(OwnPaths.class);

  /** The way to one volume; its lock is held while it is opened and closed. */
  private static final class Path {
    private StorageVolume volume;
    private volatile BlockDevice lun;
    private int users;
    private boolean over;
    private volatile boolean sealed;
  }

  private final ArrayServices array;
  private final VolumeMasking masking;
  private final LunConnector connector;
  private final InitiatorName self;
  private final Map<UUID, Path> paths = new ConcurrentHashMap<>();

  OwnPaths(ArrayServices array, VolumeMasking masking, LunConnector connector, InitiatorName self) {
    this.array = array;
    this.masking = masking;
    this.connector = connector;
    this.self = self;
  }

  /** Opens a volume; closing the last device of it takes it from us again. */
  BlockDevice open(ArrayVolume volume, AccessMode mode) throws VolumeException {
    while (true) {
      Path path = paths.computeIfAbsent(volume.id(), unused -> new Path());
      synchronized (path) {
        if (!path.over) {
          return open(volume, mode, path);
        }
      }
    }
  }

  private BlockDevice open(ArrayVolume volume, AccessMode mode, Path path) throws VolumeException {
    if (path.users == 0) {
      try {
        connect(volume, path);
      } catch (VolumeException e) {
        path.over = true;
        paths.remove(volume.id(), path);
        throw e;
      }
    }
    path.users++;
    boolean readOnly = mode == AccessMode.READ_ONLY;
    return new RemoteDevice(
        path.lun,
        volume.sizeBytes(),
        () -> readOnly || path.sealed,
        path.volume.thin(),
        () -> release(volume, path));
  }

  private void connect(ArrayVolume volume, Path path) throws VolumeException {
    try {
      StorageVolume there = array.blocks().get(new CIMObjectPath(volume.device().orElseThrow()));
      LunMapping mapping =
          masking.show(volume.called(), there, self, AccessMode.READ_WRITE, OptionalInt.empty());
      try {
        path.lun = large(connector.connect(mapping, self), mapping, volume);
        path.volume = there;
        path.sealed = volume.state() == ArrayVolumeState.SEALED;
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

  private static BlockDevice large(BlockDevice lun, LunMapping mapping, ArrayVolume volume)
      throws VolumeException {
    long bytes = lun.geometry().sizeBytes();
    if (bytes < volume.sizeBytes()) {
      lun.close();
      throw new VolumeException(
          VolumeException.Kind.IO,
          mapping.url() + " has " + bytes + " bytes, not " + volume.sizeBytes());
    }
    return lun;
  }

  private void release(ArrayVolume volume, Path path) {
    synchronized (path) {
      path.users--;
      if (path.users == 0 && !path.over) {
        end(volume.id(), path);
      }
    }
  }

  private void end(UUID volume, Path path) {
    path.over = true;
    paths.remove(volume, path);
    path.lun.close();
    hideQuietly(path.volume);
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

  boolean isOpen(ArrayVolume volume) {
    return paths.containsKey(volume.id());
  }

  /** Makes what was written durable and turns open devices read-only. */
  void seal(ArrayVolume volume) throws VolumeException {
    Path path = paths.get(volume.id());
    if (path == null || path.lun == null) {
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
    Path path = paths.get(volume.id());
    if (path != null && path.lun != null) {
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
  void close() {
    paths.forEach(
        (volume, path) -> {
          synchronized (path) {
            if (!path.over && path.users > 0) {
              end(volume, path);
            }
          }
        });
  }
}
