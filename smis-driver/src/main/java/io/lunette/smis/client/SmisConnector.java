/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayConnector;
import io.lunette.core.array.ArrayDriver;
import io.lunette.core.array.StorageArray;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.volume.VolumeException;

/** Connects to SMI-S arrays. Thread-safe. */
public final class SmisConnector implements ArrayConnector {

  private final Catalog catalog;
  private final SmisSettings settings;

  public SmisConnector(Catalog catalog, SmisSettings settings) {
    this.catalog = catalog;
    this.settings = settings;
  }

  @Override
  public ArrayDriver connect(StorageArray array) throws VolumeException {
    CimSession session = null;
    try {
      session = CimSession.open(array, settings.timeouts());
      Nudge nudge = new Nudge();
      ArrayServices services = ArrayServices.discover(array, session, settings.timeouts(), nudge);
      SmisArray driver = new SmisArray(services, catalog, settings, nudge);
      driver.start();
      session = null;
      return driver;
    } catch (CimFault e) {
      throw e.of(array.name().value(), "cannot connect");
    } finally {
      if (session != null) {
        session.close();
      }
    }
  }
}
