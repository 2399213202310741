/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.PortalOptions;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.iscsi.target.InitiatorAuthentication;
import io.lunette.iscsi.target.IscsiTarget;
import io.lunette.iscsi.target.LogicalUnitSpec;
import io.lunette.iscsi.target.LunConflictException;
import io.lunette.iscsi.target.PortalException;
import io.lunette.iscsi.target.TargetConfig;
import io.lunette.scsi.device.UnitStateStore;
import java.nio.file.Path;
import java.util.Optional;

/** One thin volume in a pool file, served as LUN 0 to whoever may log in; nothing else runs. */
public final class SingleTarget implements AutoCloseable {

  private static final VolumeName VOLUME = new VolumeName("target");

  /**
   * What was discarded is scrubbed before it is used again; with room for the volume twice, an
   * initiator that discards everything and writes on finds space meanwhile. The file is sparse.
   */
  private static final long ROOM = 2;

  /** What a pool needs beside the bytes of its volume: metadata, and room for its journal. */
  private static final long METADATA_SHARE = 64;

  private static final long METADATA_MIN_BYTES = 64L << 20;

  private final Lifecycle lifecycle = new Lifecycle();
  private IscsiTarget target;
  private HostPort first;

  private SingleTarget() {}

  /**
   * Serves the volume in the file; both are made if they do not exist.
   *
   * @param sizeBytes a positive multiple of 4096
   * @throws ApplianceException if the file is no pool or in use, holds a volume of another size, or
   *     a portal cannot be opened; nothing runs then
   */
  public static SingleTarget start(
      Path file,
      long sizeBytes,
      PortalOptions portals,
      String targetName,
      InitiatorAuthentication authentication)
      throws ApplianceException {
    SingleTarget started = new SingleTarget();
    try {
      started.open(file, sizeBytes, portals, targetName, authentication);
      return started;
    } catch (VolumeException | PortalException | LunConflictException e) {
      started.close();
      throw new ApplianceException(e.getMessage(), e);
    } catch (ApplianceException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private void open(
      Path file,
      long sizeBytes,
      PortalOptions portals,
      String targetName,
      InitiatorAuthentication authentication)
      throws ApplianceException, VolumeException, PortalException, LunConflictException {
    long poolBytes = ROOM * sizeBytes + sizeBytes / METADATA_SHARE + METADATA_MIN_BYTES;
    VolumeDriver driver = PoolFile.openOrCreate(file, poolBytes);
    lifecycle.add("pool", driver::close);
    Optional<VolumeInfo> present = driver.find(VOLUME);
    if (present.isPresent() && present.get().sizeBytes() != sizeBytes) {
      throw new ApplianceException(
          file + " holds a target of " + present.get().sizeBytes() + " bytes, not " + sizeBytes);
    }
    VolumeInfo volume = present.isPresent() ? present.get() : driver.create(VOLUME, sizeBytes);
    BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE);
    lifecycle.add("device", device::close);
    target =
        IscsiTarget.start(
            TargetConfig.of(targetName, portals.toTargetPortals())
                .withRedirection(portals)
                .withAuthentication(authentication)
                .withUnitStates(openUnitStates(file)));
    first = portals.first();
    lifecycle.add("target", target::close);
    target.mapForAll(0, new LogicalUnitSpec(device, volume.uuid(), AccessMode.READ_WRITE));
  }

  /** Beside a pool on a block device there is no place to keep anything. */
  private UnitStateStore openUnitStates(Path file) {
    if (LinuxRawDevice.isBlockDevice(file)) {
      return UnitStateStore.none();
    }
    UnitStateDirectory states = new UnitStateDirectory(UnitStateDirectory.beside(file));
    lifecycle.add("state of the unit", states::close);
    return states;
  }

  /** Where the LUN is, by the first portal: {@code iscsi://HOST:PORT/IQN/0}. */
  public String url() {
    return "iscsi://"
        + first.withPort(target.portal().getPort())
        + "/"
        + target.targetName()
        + "/0";
  }

  @Override
  public void close() {
    lifecycle.close();
  }
}
