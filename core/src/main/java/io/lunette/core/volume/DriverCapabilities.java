/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.util.Set;

/**
 * What a driver can do; what is not named here ends in {@link VolumeException.Kind#UNSUPPORTED}.
 *
 * @param clones kinds of clone
 * @param instantClone whether a dependent clone costs the same whatever the size
 * @param eraseMethods methods of {@link VolumeDriver#erase}
 * @param snapshots whether volumes in use can be snapshotted and rolled back
 * @param resize whether volumes can grow
 * @param shrink whether they can become smaller
 * @param blockBytes sizes of a logical block that volumes can have
 */
public record DriverCapabilities(
    Set<CloneKind> clones,
    boolean instantClone,
    Set<EraseMethod> eraseMethods,
    boolean snapshots,
    boolean resize,
    boolean shrink,
    Set<Integer> blockBytes) {

  private static final Set<Integer> ANY_BLOCK = Set.of(512, 4096);

  public DriverCapabilities {
    clones = Set.copyOf(clones);
    eraseMethods = Set.copyOf(eraseMethods);
    blockBytes = Set.copyOf(blockBytes);
  }

  /** A driver that resizes both ways and knows both sizes of a logical block. */
  public DriverCapabilities(
      Set<CloneKind> clones,
      boolean instantClone,
      Set<EraseMethod> eraseMethods,
      boolean snapshots,
      boolean resize) {
    this(clones, instantClone, eraseMethods, snapshots, resize, resize, ANY_BLOCK);
  }
}
