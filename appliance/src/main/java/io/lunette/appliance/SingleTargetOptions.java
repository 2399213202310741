/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.appliance.config.PortalOptions;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.iscsi.target.InitiatorAuthentication;
import io.lunette.iscsi.target.TargetLimits;
import java.nio.file.Path;

/**
 * What a {@link SingleTarget} serves, and to whom.
 *
 * @param file the pool
 * @param sizeBytes of the volume, a positive multiple of 4096
 * @param blockBytes of a logical block, 512 or 4096
 * @param physicalBlock whether the engine's 4096 bytes are told as the physical block
 * @param portals where to listen, and who is sent elsewhere
 * @param targetName the target's iSCSI name
 * @param authentication who must prove what
 * @param removable whether the medium can be ejected and loaded
 * @param sanitizeBytesPerSecond what SANITIZE may write
 * @param readOnly whether writes are refused; pool and volume must exist then
 */
public record SingleTargetOptions(
    Path file,
    long sizeBytes,
    int blockBytes,
    boolean physicalBlock,
    PortalOptions portals,
    String targetName,
    InitiatorAuthentication authentication,
    boolean removable,
    long sanitizeBytesPerSecond,
    boolean readOnly) {

  /** A disk of 512-byte blocks for everybody. */
  public static SingleTargetOptions of(
      Path file, long sizeBytes, PortalOptions portals, String targetName) {
    return new SingleTargetOptions(
        file,
        sizeBytes,
        VolumeInfo.DEFAULT_BLOCK_BYTES,
        false,
        portals,
        targetName,
        InitiatorAuthentication.none(),
        false,
        TargetLimits.DEFAULT.sanitizeBytesPerSecond(),
        false);
  }

  /** The same with logical blocks of this size. */
  public SingleTargetOptions withBlockBytes(int bytes) {
    return new SingleTargetOptions(
        file,
        sizeBytes,
        bytes,
        physicalBlock,
        portals,
        targetName,
        authentication,
        removable,
        sanitizeBytesPerSecond,
        readOnly);
  }

  /** The same for initiators that prove who they are. */
  public SingleTargetOptions withAuthentication(InitiatorAuthentication required) {
    return new SingleTargetOptions(
        file,
        sizeBytes,
        blockBytes,
        physicalBlock,
        portals,
        targetName,
        required,
        removable,
        sanitizeBytesPerSecond,
        readOnly);
  }

  /** The same with a medium that is removable or not. */
  public SingleTargetOptions withRemovable(boolean whether) {
    return new SingleTargetOptions(
        file,
        sizeBytes,
        blockBytes,
        physicalBlock,
        portals,
        targetName,
        authentication,
        whether,
        sanitizeBytesPerSecond,
        readOnly);
  }

  /** The same, refusing writes or not. */
  public SingleTargetOptions withReadOnly(boolean whether) {
    return new SingleTargetOptions(
        file,
        sizeBytes,
        blockBytes,
        physicalBlock,
        portals,
        targetName,
        authentication,
        removable,
        sanitizeBytesPerSecond,
        whether);
  }

  /** The same with another rate of SANITIZE. */
  public SingleTargetOptions withSanitizeRate(long bytesPerSecond) {
    return new SingleTargetOptions(
        file,
        sizeBytes,
        blockBytes,
        physicalBlock,
        portals,
        targetName,
        authentication,
        removable,
        bytesPerSecond,
        readOnly);
  }

  /** The same, telling its physical block or not. */
  public SingleTargetOptions withPhysicalBlock(boolean told) {
    return new SingleTargetOptions(
        file,
        sizeBytes,
        blockBytes,
        told,
        portals,
        targetName,
        authentication,
        removable,
        sanitizeBytesPerSecond,
        readOnly);
  }
}
