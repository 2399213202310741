/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners, each one message after the other. One that does not answer is tried again a few
 * times, then the message is lost; messages that wait for it are bounded, and of too many the
 * oldest is lost. HTTPS listeners have to have a certificate that Java trusts. Thread-safe.
 */
final class Listeners implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
  private static final int WAITING_MAX = 1000;
  private static final int ATTEMPTS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final HttpClient client;
  private final Map<URI, Deque<String>> waiting = new HashMap<>();
  private volatile boolean closed;

  Listeners(Vertx vertx) {
    this.vertx = vertx;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout((int) PATIENCE.toMillis())
                .setIdleTimeout((int) PATIENCE.toSeconds()));
  }

  /** Adds a message for a listener. */
  void tell(URI destination, String message) {
    synchronized (waiting) {
      Deque<String> queue = waiting.get(destination);
      if (queue == null) {
        queue = new ArrayDeque<>();
        waiting.put(destination, queue);
        queue.add(message);
        next(destination, 1);
        return;
      }
      if (queue.size() >= WAITING_MAX) {
        dropOldestBehindFirst(queue);
        LOG.warn("listener {} is too slow: an indication is lost", destination);
      }
      queue.add(message);
    }
  }

  /** The first is being told. */
  private static void dropOldestBehindFirst(Deque<String> queue) {
    String first = queue.removeFirst();
    queue.removeFirst();
    queue.addFirst(first);
  }

  /** Sends the first message of a listener; it leaves the queue when it has ended. */
  private void next(URI destination, int attempt) {
    if (closed) {
      return;
    }
    String message;
    synchronized (waiting) {
      message = waiting.get(destination).peekFirst();
    }
    send(destination, message)
        .onComplete(
            done -> {
              if (done.failed() && attempt < ATTEMPTS) {
                vertx.setTimer(PAUSE.toMillis(), id -> next(destination, attempt + 1));
                return;
              }
              if (done.failed()) {
                LOG.warn("listener {} was not told: {}", destination, done.cause().getMessage());
              }
              ended(destination);
            });
  }

  private void ended(URI destination) {
    synchronized (waiting) {
      Deque<String> queue = waiting.get(destination);
      queue.removeFirst();
      if (queue.isEmpty()) {
        waiting.remove(destination);
        return;
      }
    }
    next(destination, 1);
  }

  private Future<Void> send(URI destination, String message) {
    boolean tls = "https".equalsIgnoreCase(destination.getScheme());
    int otherwise = tls ? 443 : 80;
    return client
        .request(
            new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setSsl(tls)
                .setHost(destination.getHost().replaceAll("[\\[\\]]", ""))
                .setPort(destination.getPort() < 0 ? otherwise : destination.getPort())
                .setURI(resource(destination))
                .setTimeout(PATIENCE.toMillis()))
        .compose(request -> post(request, message));
  }

  /** Path and query, as a request names them. */
  private static String resource(URI destination) {
    String path = destination.getRawPath();
    String query = destination.getRawQuery();
    return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }

  private static Future<Void> post(HttpClientRequest request, String message) {
    return request
        .putHeader("Content-Type", "application/xml; charset=\"utf-8\"")
        .putHeader("CIMExport", "MethodRequest")
        .putHeader("CIMExportMethod", "ExportIndication")
        .send(message)
        .compose(
            response ->
                response.statusCode() == 200
                    ? response.end()
                    : Future.failedFuture("it answers with status " + response.statusCode()));
  }

  @Override
  public void close() {
    closed = true;
    Future<Void> ignored = client.close();
  }
}
