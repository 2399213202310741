/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Listens, on plain HTTP and on TLS, for one {@link CimXmlHandler}. Opened and closed by one
 * thread.
 */
public final class CimXmlServer implements AutoCloseable {

  private static final long WAIT_SECONDS = 10;
  private static final int HEADER_BYTES_MAX = 16 << 10;
  private static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

  private final Vertx vertx;
  private final CimXmlHandler handler;
  private final HttpBounds bounds;
  private final AtomicInteger connections = new AtomicInteger();
  private final List<HttpServer> servers = new ArrayList<>();

  public CimXmlServer(Vertx vertx, CimXmlHandler handler, HttpBounds bounds) {
    this.vertx = vertx;
    this.handler = handler;
    this.bounds = bounds;
  }

  /**
   * Listens without encryption.
   *
   * @return the port, which the system chooses for 0
   */
  public int listen(String host, int port) throws IOException {
    return listen(host, port, options());
  }

  /**
   * Listens with TLS 1.2 and 1.3.
   *
   * @param certificate chain in PEM
   * @param key private key in PEM (PKCS #8)
   * @return the port
   */
  public int listenTls(String host, int port, Path certificate, Path key) throws IOException {
    return listen(
        host,
        port,
        options()
            .setSsl(true)
            .setEnabledSecureTransportProtocols(PROTOCOLS)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .setCertPath(certificate.toString())
                    .setKeyPath(key.toString())));
  }

  private HttpServerOptions options() {
    return new HttpServerOptions()
        .setMaxHeaderSize(HEADER_BYTES_MAX)
        .setUseAlpn(false)
        .setHttp2ClearTextEnabled(false)
        .setIdleTimeout((int) bounds.idle().toSeconds())
        .setIdleTimeoutUnit(TimeUnit.SECONDS);
  }

  private int listen(String host, int port, HttpServerOptions options) throws IOException {
    HttpServer server =
        vertx.createHttpServer(options).connectionHandler(this::count).requestHandler(handler);
    await(server.listen(port, host));
    servers.add(server);
    return server.actualPort();
  }

  private void count(HttpConnection connection) {
    connection.closeHandler(closed -> connections.decrementAndGet());
    if (connections.incrementAndGet() > bounds.connections()) {
      Future<Void> ignored = connection.close();
    }
  }

  private static void await(Future<?> future) throws IOException {
    try {
      future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + WAIT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Stops listening; requests under way end first, within a bound. */
  @Override
  public void close() throws IOException {
    for (HttpServer server : servers) {
      await(server.close());
    }
    handler.close();
  }
}
