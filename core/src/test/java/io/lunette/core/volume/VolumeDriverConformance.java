/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The conformance suite: what every {@link VolumeDriver} must do, in as far as its capabilities
 * name it. To run it against a driver, extend this class and say how that driver is opened.
 *
 * <p>Methods of an independent clone, a snapshot and the like are skipped where the driver does not
 * offer them. A pool of 64 MiB is enough.
 */
public abstract class VolumeDriverConformance
    implements VolumeLifecycleConformance,
        VolumeContentConformance,
        VolumeAtomicConformance,
        VolumeEraseConformance {

  private VolumeDriver driver;

  /**
   * Opens the driver: the first call in a test on no volumes, each later one on what the driver
   * that was closed before left.
   */
  protected abstract VolumeDriver openDriver() throws Exception;

  @BeforeEach
  final void openFirst() throws Exception {
    driver = openDriver();
  }

  @AfterEach
  final void closeLast() throws Exception {
    if (driver != null) {
      driver.close();
    }
  }

  @Override
  public final VolumeDriver driver() {
    return driver;
  }

  @Override
  public final void reopen() throws Exception {
    driver.close();
    driver = null;
    driver = openDriver();
  }
}
