/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ListenersTest {

  private static final int MORE_THAN_WAIT = 1200;

  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
  private final Listeners listeners = new Listeners(vertx);
  private URI destination;

  private record Told(HttpServerRequest request, String message) {}

  @BeforeEach
  void listen() throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request.body().onSuccess(body -> told.add(new Told(request, body.toString()))))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    destination = URI.create("http://127.0.0.1:" + server.actualPort());
  }

  @AfterEach
  void stop() {
    listeners.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private String answerNext(int status) throws InterruptedException {
    Told next = told.poll(60, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    next.request().response().setStatusCode(status).end();
    return next.message();
  }

  /** The oldest that waits is lost, which is not the one that is being told. */
  @Test
  void whatIsBeingToldIsToldAgainHoweverManyCameMeanwhile() throws Exception {
    listeners.tell(destination, "0");
    Told first = told.poll(60, TimeUnit.SECONDS);
    for (int i = 1; i < MORE_THAN_WAIT; i++) {
      listeners.tell(destination, Integer.toString(i));
    }
    first.request().response().setStatusCode(503).end();

    assertThat(answerNext(200)).isEqualTo("0");
    int lost = MORE_THAN_WAIT - 1000;
    assertThat(answerNext(200)).isEqualTo(Integer.toString(lost + 1));
  }
}
