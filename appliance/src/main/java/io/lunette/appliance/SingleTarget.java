/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.appliance.config.HostPort;
import io.lunette.blockio.LinuxRawDevice;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.iscsi.target.IscsiTarget;
import io.lunette.iscsi.target.LogicalUnitSpec;
import io.lunette.iscsi.target.LunConflictException;
import io.lunette.iscsi.target.PortalException;
import io.lunette.iscsi.target.TargetConfig;
import io.lunette.iscsi.target.TargetLimits;
import io.lunette.scsi.device.UnitStateStore;
import io.lunette.scsi.device.UnitTraits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thin volume in a pool file, served as LUN 0 to whoever may log in; nothing else runs. */
public final class SingleTarget implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SingleTarget.class);

  private static final long LOOK_SECONDS = 1;

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
   * Serves the volume in the file; both are made if they do not exist and may be written.
   *
   * @throws ApplianceException if the file is no pool or in use, holds a volume of another size or
   *     logical block, or the portal cannot be opened; nothing runs then
   */
  public static SingleTarget start(SingleTargetOptions options) throws ApplianceException {
    SingleTarget started = new SingleTarget();
    try {
      started.open(options);
      return started;
    } catch (VolumeException | PortalException | LunConflictException e) {
      started.close();
      throw new ApplianceException(e.getMessage(), e);
    } catch (ApplianceException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private void open(SingleTargetOptions options)
      throws ApplianceException, VolumeException, PortalException, LunConflictException {
    VolumeDriver driver = pool(options);
    lifecycle.add("pool", driver::close);
    VolumeInfo volume = volume(driver, options);
    AccessMode mode = options.readOnly() ? AccessMode.READ_ONLY : AccessMode.READ_WRITE;
    BlockDevice device = driver.open(VOLUME, mode);
    lifecycle.add("device", device::close);
    target =
        IscsiTarget.start(
            TargetConfig.of(options.targetName(), options.portals().toTargetPortals())
                .withRedirection(options.portals())
                .withAuthentication(options.authentication())
                .withLimits(TargetLimits.DEFAULT.withSanitizeRate(options.sanitizeBytesPerSecond()))
                .withUnitStates(openUnitStates(options.file())));
    first = options.portals().first();
    lifecycle.add("target", target::close);
    PoolGauge gauge = watch(driver, target);
    UnitTraits traits =
        UnitTraits.DISK
            .withRemovable(options.removable())
            .withPhysicalBlock(options.physicalBlock())
            .withSpace(gauge);
    target.mapForAll(0, new LogicalUnitSpec(device, volume.uuid(), traits, mode));
  }

  /** Looks at the space of the pool now and then. */
  private PoolGauge watch(VolumeDriver driver, IscsiTarget target) throws VolumeException {
    PoolGauge gauge = new PoolGauge(SpaceThresholds.DEFAULT, driver.space());
    gauge.whenReached(target::spaceThresholdReached);
    Workers workers = new Workers();
    lifecycle.add("watch of the space", workers::close);
    workers
        .timer()
        .scheduleWithFixedDelay(
            () -> look(driver, gauge), LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    return gauge;
  }

  private static void look(VolumeDriver driver, PoolGauge gauge) {
    try {
      gauge.looked(driver.space());
    } catch (VolumeException e) {
      LOG.warn("the space of the pool is looked at again later", e);
    }
  }

  private static VolumeDriver pool(SingleTargetOptions options)
      throws ApplianceException, VolumeException {
    if (options.readOnly() && !Files.exists(options.file())) {
      throw new ApplianceException(
          options.file() + " does not exist: a read-only target needs a pool with its volume");
    }
    long size = options.sizeBytes();
    return PoolFile.openOrCreate(
        options.file(), ROOM * size + size / METADATA_SHARE + METADATA_MIN_BYTES, options.keys());
  }

  private static VolumeInfo volume(VolumeDriver driver, SingleTargetOptions options)
      throws ApplianceException, VolumeException {
    Optional<VolumeInfo> present = driver.find(VOLUME);
    if (present.isEmpty()) {
      if (options.readOnly()) {
        throw new ApplianceException(options.file() + " holds no volume of a target");
      }
      return options.encrypt()
          ? driver.createEncrypted(VOLUME, options.sizeBytes(), options.blockBytes())
          : driver.create(VOLUME, options.sizeBytes(), options.blockBytes());
    }
    VolumeInfo volume = present.get();
    if (volume.sizeBytes() != options.sizeBytes()) {
      throw new ApplianceException(
          options.file()
              + " holds a target of "
              + volume.sizeBytes()
              + " bytes, not "
              + options.sizeBytes());
    }
    if (volume.blockBytes() != options.blockBytes()) {
      throw new ApplianceException(
          options.file()
              + " holds a target with logical blocks of "
              + volume.blockBytes()
              + " bytes, not "
              + options.blockBytes());
    }
    if (options.encrypt() && !volume.encrypted()) {
      throw new ApplianceException(
          options.file() + " holds a target without a key: a volume keeps what it was made with");
    }
    return volume;
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
