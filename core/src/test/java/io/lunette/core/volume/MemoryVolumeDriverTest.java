/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

/** The in-memory driver keeps the contract that it stands for in other tests. */
final class MemoryVolumeDriverTest extends VolumeDriverConformance {

  private final MemoryVolumes volumes = new MemoryVolumes();

  @Override
  protected VolumeDriver openDriver() {
    return new MemoryVolumeDriver(volumes);
  }
}
