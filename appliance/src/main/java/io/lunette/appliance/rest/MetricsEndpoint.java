/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/** {@code GET /metrics}, for Prometheus; who may call the API may ask. Thread-safe. */
final class MetricsEndpoint {

  private final Vertx vertx;
  private final ObjectMapper json;
  private final Supplier<Object> status;

  MetricsEndpoint(Vertx vertx, ObjectMapper json, Supplier<Object> status) {
    this.vertx = vertx;
    this.json = json;
    this.status = status;
  }

  /** Adds it to a router that has authenticated its callers. */
  void addTo(Router router) {
    router.get("/metrics").handler(this::answer);
  }

  private void answer(RoutingContext context) {
    vertx
        .executeBlocking(() -> MetricsText.of(json.valueToTree(status.get())), false)
        .onSuccess(
            text ->
                context.response().putHeader("Content-Type", MetricsText.CONTENT_TYPE).end(text))
        .onFailure(context::fail);
  }
}
