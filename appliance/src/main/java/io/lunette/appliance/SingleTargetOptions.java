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

  /** A disk of 512-byte logical blocks, for everybody, unless more is said. */
  public static Builder builder(
      Path file, long sizeBytes, PortalOptions portals, String targetName) {
    return new Builder(file, sizeBytes, portals, targetName);
  }

  /** Gathers options; each call returns the builder. For one thread. */
  public static final class Builder {

    private final Path file;
    private final long sizeBytes;
    private final PortalOptions portals;
    private final String targetName;
    private int blockBytes = VolumeInfo.DEFAULT_BLOCK_BYTES;
    private boolean physicalBlock = PhysicalBlock.DEFAULT.isOfTheEngine();
    private InitiatorAuthentication authentication = InitiatorAuthentication.none();
    private boolean removable;
    private long sanitizeBytesPerSecond = TargetLimits.DEFAULT.sanitizeBytesPerSecond();
    private boolean readOnly;
    private boolean encrypt;
    private KeyVault keys = KeyVault.none();

    private Builder(Path file, long sizeBytes, PortalOptions portals, String targetName) {
      this.file = file;
      this.sizeBytes = sizeBytes;
      this.portals = portals;
      this.targetName = targetName;
    }

    /** With logical blocks of this size. */
    public Builder blockBytes(int bytes) {
      blockBytes = bytes;
      return this;
    }

    /** Telling the engine's block as the physical one, or not. */
    public Builder physicalBlock(boolean told) {
      physicalBlock = told;
      return this;
    }

    /** For initiators that prove who they are. */
    public Builder authentication(InitiatorAuthentication required) {
      authentication = required;
      return this;
    }

    /** With a medium that is removable or not. */
    public Builder removable(boolean whether) {
      removable = whether;
      return this;
    }

    /** With this rate of SANITIZE. */
    public Builder sanitizeRate(long bytesPerSecond) {
      sanitizeBytesPerSecond = bytesPerSecond;
      return this;
    }

    /** Refusing writes or not. */
    public Builder readOnly(boolean whether) {
      readOnly = whether;
      return this;
    }

    /** With a key for a new volume or without, and the keys that wrap it at that place. */
    public Builder keys(boolean whether, KeyVault vault) {
      encrypt = whether;
      keys = vault;
      return this;
    }

    /** The options so far. */
    public SingleTargetOptions build() {
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
          encrypt,
          keys);
    }
  }
}
