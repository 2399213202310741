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
 */
public record DriverCapabilities(
    Set<CloneKind> clones,
    boolean instantClone,
    Set<EraseMethod> eraseMethods,
    boolean snapshots,
    boolean resize) {

  public DriverCapabilities {
    clones = Set.copyOf(clones);
    eraseMethods = Set.copyOf(eraseMethods);
  }
}
