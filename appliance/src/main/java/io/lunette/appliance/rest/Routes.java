/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.core.work.CallerWork;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts endpoints under {@code /api/v1}: reads the body within its bound, runs the endpoint on a
 * worker thread, writes its reply or its problem.
 */
final class Routes {

  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
  private static final String PREFIX = "/api/v1";
  private static final long BODY_BYTES_MAX = 1 << 20;

  private final Vertx vertx;
  private final Router router;
  private final ObjectMapper json;
  private final AllowedMethods allowed = new AllowedMethods();

  Routes(Vertx vertx, Router router, ObjectMapper json) {
    this.vertx = vertx;
    this.router = router;
    this.json = json;
    router.route().handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX));
    router.route().failureHandler(this::fail);
    router.errorHandler(404, this::unknownPath);
    router.errorHandler(405, this::unknownMethod);
    get("", call -> Reply.ok(allowed.all()));
  }

  void get(String path, Endpoint endpoint) {
    add(HttpMethod.GET, path, endpoint);
    add(HttpMethod.HEAD, path, endpoint);
  }

  void post(String path, Endpoint endpoint) {
    add(HttpMethod.POST, path, endpoint);
  }

  void put(String path, Endpoint endpoint) {
    add(HttpMethod.PUT, path, endpoint);
  }

  void delete(String path, Endpoint endpoint) {
    add(HttpMethod.DELETE, path, endpoint);
  }

  private void add(HttpMethod method, String path, Endpoint endpoint) {
    allowed.add(method, PREFIX + path);
    router.route(method, PREFIX + path).handler(context -> run(context, endpoint));
  }

  private void run(RoutingContext context, Endpoint endpoint) {
    vertx
        .executeBlocking(() -> CallerWork.run(() -> endpoint.handle(Call.of(context, json))), false)
        .onComplete(
            done -> {
              if (done.succeeded()) {
                write(context, done.result());
              } else {
                write(context, done.cause());
              }
            });
  }

  private void fail(RoutingContext context) {
    Throwable failure = context.failure();
    if (failure != null) {
      write(context, failure);
      return;
    }
    String detail =
        context.statusCode() == 413
            ? "the body is larger than " + BODY_BYTES_MAX + " bytes"
            : "refused with status " + context.statusCode();
    write(context, Problem.of(context.statusCode(), "refused", detail));
  }

  private void unknownPath(RoutingContext context) {
    write(context, Problem.of(404, "not-found", "no such path: " + context.request().path()));
  }

  private void unknownMethod(RoutingContext context) {
    String method = context.request().method().name();
    String methods = allowed.of(context.request().path());
    if (!methods.isEmpty()) {
      context.response().putHeader("Allow", methods);
    }
    write(context, Problem.of(405, "not-allowed", method + " means nothing here"));
  }

  private void write(RoutingContext context, Throwable failure) {
    Problem problem = ProblemMapping.of(failure);
    if (ProblemMapping.isWorthLogging(problem)) {
      LOG.error("{} {}", context.request().method(), context.request().path(), failure);
    }
    write(context, problem);
  }

  /** A list that goes on says where, as RFC 8288 has it. */
  private void write(RoutingContext context, Reply reply) {
    if (reply.next() != null && !context.response().ended()) {
      context.response().putHeader("Link", "<" + reply.next() + ">; rel=\"next\"");
    }
    write(context, reply.status(), "application/json", reply.body());
  }

  private void write(RoutingContext context, Problem problem) {
    write(context, problem.status(), "application/problem+json", problem);
  }

  private void write(RoutingContext context, int status, String type, Object body) {
    if (context.response().ended() || context.response().closed()) {
      return;
    }
    context.response().setStatusCode(status);
    if (body == null) {
      context.response().end();
      return;
    }
    context.response().putHeader("Content-Type", type);
    if (context.request().method().equals(HttpMethod.HEAD)) {
      context.response().end();
      return;
    }
    try {
      context.response().end(Buffer.buffer(json.writeValueAsBytes(body)));
    } catch (JsonProcessingException e) {
      LOG.error("cannot write the answer to {}", context.request().path(), e);
      context.response().setStatusCode(500).end();
    }
  }
}
