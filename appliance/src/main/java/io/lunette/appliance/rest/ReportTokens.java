/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.load.ServerLoads;
import io.lunette.core.server.ServerName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of servers: one opens the path by which its server reports, to POST, and no other.
 * Thread-safe.
 */
final class ReportTokens {

  private static final Logger LOG = LoggerFactory.getLogger(ReportTokens.class);
  private static final Pattern REPORT =
      Pattern.compile("/api/v1/servers/([A-Za-z0-9][A-Za-z0-9._-]{0,63})/load");
  private static final String SCHEME = "Bearer ";

  private final Vertx vertx;
  private final ServerLoads loads;

  ReportTokens(Vertx vertx, ServerLoads loads) {
    this.vertx = vertx;
    this.loads = loads;
  }

  /** Whether a request is a server's report of itself; never fails. */
  Future<Boolean> accepts(HttpServerRequest request) {
    Matcher path = REPORT.matcher(request.path());
    String authorization = request.getHeader("Authorization");
    if (!request.method().equals(HttpMethod.POST)
        || !path.matches()
        || authorization == null
        || !authorization.startsWith(SCHEME)) {
      return Future.succeededFuture(false);
    }
    ServerName server = new ServerName(path.group(1));
    String token = authorization.substring(SCHEME.length()).strip();
    request.pause();
    return vertx
        .executeBlocking(() -> isToken(server, token), false)
        .recover(failure -> Future.succeededFuture(false))
        .onComplete(done -> request.resume());
  }

  private boolean isToken(ServerName server, String token) {
    try {
      return loads.isToken(server, token);
    } catch (DomainException e) {
      LOG.warn("a report of server '{}' is refused: {}", server, e.getMessage());
      return false;
    }
  }
}
