/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeDriverConformance;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Core's suite against an array of one flavour, for all drivers of one test. */
abstract class ArrayConformance extends VolumeDriverConformance {

  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  private ArrayFixture fixture;

  abstract Flavour flavour();

  @Override
  protected VolumeDriver openDriver() throws Exception {
    if (fixture == null) {
      fixture = new ArrayFixture(directory, flavour(), 1L << 30);
    }
    return fixture.open();
  }

  @Override
  public boolean keepsWhenErased() {
    return false;
  }

  @AfterEach
  void stopArray() {
    fixture.close();
  }
}
