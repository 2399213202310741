/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.Home;
import io.lunette.appliance.boot.BootEndpoint;
import io.lunette.appliance.config.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Serves the API on the home's socket, which only the owner of the home can open, and on TCP to
 * those who show the token. Owned by the appliance, which opens and closes it.
 */
public final class ApiServer implements AutoCloseable {

  private static final long WAIT_SECONDS = 10;
  private static final int HEADER_BYTES_MAX = 16 << 10;

  private final Home home;
  private final Vertx vertx;
  private final ObjectMapper json = new ObjectMapper();
  private final List<RouteSet> areas;
  private final BootEndpoint boot;
  private final ReportTokens reports;
  private final MetricsEndpoint metrics;
  private final List<HttpServer> servers = new ArrayList<>();

  /** Serves an appliance and its booting servers; nothing is listened on yet. */
  public ApiServer(Home home, Vertx vertx, ApiServices services, BootEndpoint boot) {
    this.home = home;
    this.vertx = vertx;
    this.boot = boot;
    this.areas = services.areas();
    this.metrics = new MetricsEndpoint(vertx, json, services.status());
    this.reports = new ReportTokens(vertx, services.core().loads());
  }

  /**
   * Listens on the home's socket. It is bound in a directory of the owner's and moved to its place
   * when its permissions are set, so that it is never open to others; the move replaces what a dead
   * appliance left there. Only the holder of the home's lock may call this.
   */
  public void openSocket() throws ApplianceException {
    Path bind = home.bindPath();
    try {
      Files.createDirectories(bind.getParent());
      Files.setPosixFilePermissions(bind.getParent(), PosixFilePermissions.fromString("rwx------"));
      Files.deleteIfExists(bind);
      listen(SocketAddress.domainSocketAddress(bind.toString()), router(Optional.empty()));
      Files.setPosixFilePermissions(bind, PosixFilePermissions.fromString("rw-------"));
      Files.move(bind, home.socket(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new ApplianceException("cannot listen on " + home.socket() + ": " + Home.reason(e), e);
    }
  }

  /**
   * Listens on TCP, for the API and for servers that boot.
   *
   * @return the address with its actual port
   */
  public HostPort openTcp(HostPort address) throws ApplianceException {
    return openTcp(address, router(Optional.of(BearerToken.loadOrCreate(home.token()))));
  }

  private void onlyReports(RoutingContext context) {
    reports.accepts(context.request()).onSuccess(own -> admit(context, own));
  }

  /**
   * Listens on TCP for servers that boot or report, and for nothing else.
   *
   * @return the address with its actual port
   */
  public HostPort openBoot(HostPort address) throws ApplianceException {
    Router router = Router.router(vertx);
    boot.addTo(router);
    router.route().handler(context -> onlyReports(context));
    Routes routes = new Routes(vertx, router, json);
    areas.forEach(area -> area.addTo(routes));
    return openTcp(address, router);
  }

  private HostPort openTcp(HostPort address, Router router) throws ApplianceException {
    try {
      HttpServer server =
          listen(SocketAddress.inetSocketAddress(address.port(), address.host()), router);
      return address.withPort(server.actualPort());
    } catch (IOException e) {
      throw new ApplianceException("cannot listen on " + address + ": " + Home.reason(e), e);
    }
  }

  private Router router(Optional<BearerToken> token) {
    Router router = Router.router(vertx);
    boot.addTo(router);
    token.ifPresent(known -> authenticateOn(router, known));
    Routes routes = new Routes(vertx, router, json);
    areas.forEach(area -> area.addTo(routes));
    metrics.addTo(router);
    return router;
  }

  private void authenticateOn(Router router, BearerToken token) {
    router.route().handler(context -> authenticate(context, token));
  }

  private void authenticate(RoutingContext context, BearerToken token) {
    if (token.accepts(context.request().getHeader("Authorization"))) {
      context.next();
      return;
    }
    reports.accepts(context.request()).onSuccess(own -> admit(context, own));
  }

  private void admit(RoutingContext context, boolean admitted) {
    if (admitted) {
      context.next();
      return;
    }
    Problem problem =
        Problem.of(401, "unauthorized", "send the token of " + home.token() + " as a bearer token");
    context
        .response()
        .setStatusCode(401)
        .putHeader("WWW-Authenticate", "Bearer")
        .putHeader("Content-Type", "application/problem+json")
        .end(json.valueToTree(problem).toString());
  }

  private HttpServer listen(SocketAddress address, Router router) throws IOException {
    HttpServerOptions options =
        new HttpServerOptions()
            .setMaxHeaderSize(HEADER_BYTES_MAX)
            .setIdleTimeout(120)
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    HttpServer server = vertx.createHttpServer(options).requestHandler(router);
    await(server.listen(address));
    servers.add(server);
    return server;
  }

  private static <T> void await(Future<T> future) throws IOException {
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

  /** Stops listening; calls under way are answered first, within a bound. */
  @Override
  public void close() {
    for (HttpServer server : servers) {
      try {
        await(server.close());
      } catch (IOException e) {
        org.slf4j.LoggerFactory.getLogger(ApiServer.class).warn("API server did not close", e);
      }
    }
    try {
      Files.deleteIfExists(home.socket());
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(ApiServer.class).warn("socket file stays", e);
    }
  }
}
