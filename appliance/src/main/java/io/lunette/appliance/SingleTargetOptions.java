/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.appliance.config.PhysicalBlock;
import io.lunette.appliance.config.PortalOptions;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.engine.key.KeyVault;
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
 * @param encrypt whether a new volume gets a key, and one that is there must have one
 * @param keys where the keys are that wrap it
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
    boolean readOnly,
    boolean encrypt,
    KeyVault keys) {

  /** A disk of 512-byte logical blocks, for everybody. */
  public static SingleTargetOptions of(
      Path file, long sizeBytes, PortalOptions portals, String targetName) {
    return new SingleTargetOptions(
        file,
        sizeBytes,
        VolumeInfo.DEFAULT_BLOCK_BYTES,
        PhysicalBlock.DEFAULT.isOfTheEngine(),
        portals,
        targetName,
        InitiatorAuthentication.none(),
        false,
        TargetLimits.DEFAULT.sanitizeBytesPerSecond(),
        false,
        false,
        KeyVault.none());
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
        readOnly,
        encrypt,
        keys);
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
        readOnly,
        encrypt,
        keys);
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
        readOnly,
        encrypt,
        keys);
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
        whether,
        encrypt,
        keys);
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
        readOnly,
        encrypt,
        keys);
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
        readOnly,
        encrypt,
        keys);
  }

  /** The same with a key for a new volume or without, and the keys that wrap it at that place. */
  public SingleTargetOptions withKeys(boolean whether, KeyVault vault) {
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
        readOnly,
        whether,
        vault);
  }
}
