/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayDriver;
import io.lunette.core.array.ArrayName;
import io.lunette.core.array.ArrayTrust;
import io.lunette.core.array.CatalogArrays;
import io.lunette.core.array.ConnectedArrays;
import io.lunette.core.array.StorageArray;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.jdbc.JdbcCatalog;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.MemoryVolumeDriver;
import io.lunette.core.volume.MemoryVolumes;
import io.lunette.core.volume.VolumeException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An emulated array behind HTTPS, registered in a catalog, with a driver on it. */
final class ArrayFixture implements AutoCloseable {

  static final ArrayName NAME = new ArrayName("basement");
  static final InitiatorName SELF = new InitiatorName("iqn.2026-11.io.lunette:self");
  static final ArrayTimeouts QUICK =
      new ArrayTimeouts(
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(120),
          Duration.ofMillis(1),
          Duration.ofSeconds(60));

  final EmulatedArray array;
  final CimXmlServer server;
  final TestCertificate certificate;
  final JdbcCatalog catalog;
  final Path directory;
  final ExecutorService workers = Executors.newCachedThreadPool();
  ArrayTimeouts timeouts = QUICK;
  Optional<String> listen = Optional.empty();
  private boolean registered;

  ArrayFixture(Path directory, Flavour flavour) throws Exception {
    this(directory, flavour, 256L << 20);
  }

  ArrayFixture(Path directory, Flavour flavour, long capacity) throws Exception {
    this.directory = directory;
    this.array = new EmulatedArray(flavour, capacity);
    this.certificate = TestCertificate.local();
    this.server = new CimXmlServer(certificate, flavour, array::answer);
    this.catalog = JdbcCatalog.sqlite(directory.resolve("catalog.db"), Clock.systemUTC());
    Files.writeString(directory.resolve("password"), CimXmlServer.PASSWORD + "\n");
  }

  StorageArray registration(ArrayTrust trust) {
    return registration(trust, "localhost");
  }

  StorageArray registration(ArrayTrust trust, String host) {
    return registration(trust, host, server.port());
  }

  StorageArray registration(ArrayTrust trust, String host, int port) {
    return new StorageArray(
        NAME,
        URI.create("https://" + host + ":" + port),
        CimXmlServer.USER,
        directory.resolve("password"),
        trust,
        Optional.empty(),
        Optional.empty(),
        listen,
        Clock.systemUTC().instant());
  }

  SmisConnector connector() {
    return new SmisConnector(
        catalog, new SmisSettings(SELF, array::connect, workers, Clock.systemUTC(), timeouts));
  }

  /** Connects; the first time the array is registered too. */
  ArrayDriver open() throws Exception {
    StorageArray wanted = registration(ArrayTrust.pin(certificate.sha256()));
    if (!registered) {
      try (ConnectedArrays connected =
          new ConnectedArrays(catalog, connector(), Clock.systemUTC(), workers)) {
        new CatalogArrays(
                catalog,
                connected,
                new MemoryVolumeDriver(new MemoryVolumes()),
                new CatalogAuditTrail(catalog))
            .add(Actor.LUNETTE, wanted);
      }
      registered = true;
    }
    return connector().connect(wanted);
  }

  /** Connects as to an array that may not answer. */
  ArrayDriver connect(StorageArray wanted) throws VolumeException {
    return connector().connect(wanted);
  }

  @Override
  public void close() {
    server.close();
    workers.shutdownNow();
    catalog.close();
  }
}
