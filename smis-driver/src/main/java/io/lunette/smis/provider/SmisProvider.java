/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider;

import io.lunette.smis.cim.Schema;
import io.lunette.smis.provider.account.Accounts;
import io.lunette.smis.provider.account.BasicAuthentication;
import io.lunette.smis.provider.http.CimXmlHandler;
import io.lunette.smis.provider.http.CimXmlServer;
import io.lunette.smis.provider.http.HttpBounds;
import io.lunette.smis.provider.indication.IndicationRun;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Names;
import io.lunette.smis.provider.operation.Operations;
import io.lunette.smis.provider.profile.Profiles;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Lunette as an SMI-S array, wired. Opened and closed by one thread; what it runs is thread-safe.
 */
public final class SmisProvider implements AutoCloseable {

  private final CimXmlServer server;
  private final IndicationRun indications;

  private SmisProvider(CimXmlServer server, IndicationRun indications) {
    this.server = server;
    this.indications = indications;
  }

  /**
   * An array over an appliance that has started; it listens nowhere yet.
   *
   * @param vertx runs its connections, and is not closed with it
   */
  public static SmisProvider over(ProviderParts parts, Accounts accounts, Vertx vertx) {
    Schema schema = Profiles.schema();
    Names names = new Names(parts.catalog());
    Profiles.Declared declared = Profiles.declare(schema, parts, names);
    Supplier<Estate> estates = () -> new Estate(parts, names);
    Operations operations = new Operations(declared.model(), estates, parts.clock());
    CimXmlHandler handler =
        new CimXmlHandler(
            vertx,
            schema,
            operations,
            new BasicAuthentication(accounts, parts.clock()),
            parts.clock(),
            HttpBounds.DEFAULT);
    IndicationRun indications =
        new IndicationRun(
            vertx,
            declared.indications(),
            estates,
            schema,
            parts.clock(),
            declared.volumes()::instance,
            declared.jobs()::instance);
    return new SmisProvider(new CimXmlServer(vertx, handler, HttpBounds.DEFAULT), indications);
  }

  /** Listens without encryption; the port. */
  public int listen(String host, int port) throws IOException {
    return server.listen(host, port);
  }

  /** Listens with TLS; the port. */
  public int listenTls(String host, int port, Path certificate, Path key) throws IOException {
    return server.listenTls(host, port, certificate, key);
  }

  /** Stops listening; requests under way end first, within a bound. */
  @Override
  public void close() throws IOException {
    indications.close();
    server.close();
  }
}
