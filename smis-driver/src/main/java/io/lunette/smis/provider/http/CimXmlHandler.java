/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.http;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.cim.xml.CimRequest;
import io.lunette.smis.cim.xml.CimXmlWriter;
import io.lunette.smis.cim.xml.RequestException;
import io.lunette.smis.cim.xml.RequestReader;
import io.lunette.smis.cim.xml.XmlLimits;
import io.lunette.smis.cim.xml.XmlOut;
import io.lunette.smis.provider.account.Account;
import io.lunette.smis.provider.account.BasicAuthentication;
import io.lunette.smis.provider.account.Role;
import io.lunette.smis.provider.operation.Caller;
import io.lunette.smis.provider.operation.Operations;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one request: within bounds, to those who prove who they are. The event loop takes the
 * body in; all the rest is done on worker threads, since it blocks. A request whose answer breaks
 * off costs its connection and nothing else.
 */
public final class CimXmlHandler implements Handler<HttpServerRequest>, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CimXmlHandler.class);
  private static final String REALM = "Basic realm=\"lunette\", charset=\"UTF-8\"";

  private final Vertx vertx;
  private final WorkerExecutor workers;
  private final RequestReader reader = new RequestReader(XmlLimits.DEFAULT);
  private final Schema schema;
  private final Operations operations;
  private final BasicAuthentication authentication;
  private final FailureLimit failures;
  private final HttpBounds bounds;
  private final AtomicInteger underWay = new AtomicInteger();

  public CimXmlHandler(
      Vertx vertx,
      Schema schema,
      Operations operations,
      BasicAuthentication authentication,
      Clock clock,
      HttpBounds bounds) {
    this.vertx = vertx;
    this.schema = schema;
    this.operations = operations;
    this.authentication = authentication;
    this.failures = new FailureLimit(clock, bounds.failures());
    this.bounds = bounds;
    this.workers = vertx.createSharedWorkerExecutor("lunette-smis", bounds.threads());
  }

  @Override
  public void handle(HttpServerRequest request) {
    String method = request.method().name();
    if (!method.equals("POST") && !method.equals("M-POST")) {
      refuse(request.response().putHeader("Allow", "POST, M-POST"), 405);
      return;
    }
    if (!RequestHeaders.isXml(request.getHeader("Content-Type"))) {
      refuse(request.response(), 415);
      return;
    }
    if (underWay.incrementAndGet() > bounds.requests()) {
      underWay.decrementAndGet();
      refuse(request.response().putHeader("Retry-After", "1"), 503);
      return;
    }
    receive(request)
        .compose(
            body -> workers.executeBlocking(() -> answer(request, method, body.getBytes()), false))
        .onComplete(
            done -> {
              underWay.decrementAndGet();
              if (done.failed()) {
                drop(request, done.cause());
              }
            });
  }

  private Future<Buffer> receive(HttpServerRequest request) {
    io.vertx.core.Promise<Buffer> whole = io.vertx.core.Promise.promise();
    Buffer body = Buffer.buffer();
    long timer =
        vertx.setTimer(
            bounds.bodyTime().toMillis(),
            id -> whole.tryFail(new IOException("the request did not arrive in time")));
    request.exceptionHandler(whole::tryFail);
    request.handler(
        part -> {
          if (body.length() + part.length() > bounds.bodyBytes()) {
            refuse(request.response(), 413);
            whole.tryFail(new IOException("the request is too large"));
          } else {
            body.appendBuffer(part);
          }
        });
    request.endHandler(end -> whole.tryComplete(body));
    return whole.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  private static void drop(HttpServerRequest request, Throwable cause) {
    if (cause instanceof IOException || cause instanceof UncheckedIOException) {
      LOG.debug("a request of {} broke off: {}", request.remoteAddress(), cause.getMessage());
    } else {
      LOG.error("a defect: a request of {} could not be answered", request.remoteAddress(), cause);
    }
    Future<Void> ignored = request.connection().close();
  }

  /** On a worker thread. */
  private Void answer(HttpServerRequest request, String method, byte[] body) throws IOException {
    HttpServerResponse response = request.response();
    String address = String.valueOf(request.remoteAddress().hostAddress());
    if (failures.isOver(address)) {
      refuse(response.putHeader("Retry-After", "60"), 429);
      return null;
    }
    Optional<Account> account;
    try {
      account = authentication.authenticate(request.getHeader("Authorization"));
    } catch (DomainException e) {
      LOG.warn("accounts cannot be read", e);
      refuse(response, 503);
      return null;
    }
    if (account.isEmpty()) {
      if (request.getHeader("Authorization") != null) {
        failures.failed(address);
      }
      refuse(response.putHeader("WWW-Authenticate", REALM), 401);
      return null;
    }
    failures.succeeded(address);
    try {
      RequestHeaders headers = RequestHeaders.of(method, request.headers());
      CimRequest call = reader.read(body);
      headers.requireAgreement(call);
      answer(request, headers, call, caller(account.get()));
    } catch (RequestException e) {
      refuse(response.putHeader("CIMError", e.kind().cimError()), e.kind().httpStatus());
    }
    return null;
  }

  private static Caller caller(Account account) {
    return new Caller(new Actor("smis:" + account.name()), account.role() == Role.OPERATE);
  }

  private void answer(
      HttpServerRequest request, RequestHeaders headers, CimRequest call, Caller caller)
      throws IOException {
    HttpServerResponse response = request.response();
    response
        .putHeader("Content-Type", "application/xml; charset=\"utf-8\"")
        .putHeader("Cache-Control", "no-cache")
        .putHeader(headers.prefix() + "CIMOperation", "MethodResponse");
    if (!headers.prefix().isEmpty()) {
      response.putHeader("Ext", "");
    }
    ResponseStream stream = new ResponseStream(response, bounds.idle());
    try {
      ResponseDocument.write(writer(stream, request), call, operations.run(caller, call));
    } catch (CimException e) {
      requireWhole(stream, e);
      ResponseDocument.write(writer(stream, request), call, e);
    } catch (IllegalArgumentException | IllegalStateException e) {
      LOG.error("a defect in {}", call.method(), e);
      requireWhole(stream, e);
      ResponseDocument.write(
          writer(stream, request),
          call,
          new CimException(CimStatus.FAILED, "a defect in Lunette; its log says more"));
    }
    stream.end();
  }

  /** An answer of which a part has left cannot become another. */
  private static void requireWhole(ResponseStream stream, RuntimeException failure) {
    if (stream.hasBegun()) {
      throw failure;
    }
    stream.restart();
  }

  private CimXmlWriter writer(ResponseStream stream, HttpServerRequest request) {
    String host = request.authority() == null ? null : request.authority().host();
    boolean plain = host != null && host.matches("[A-Za-z0-9.:-]{1,253}");
    return new CimXmlWriter(
        new XmlOut(stream), schema, plain ? host : request.localAddress().hostAddress());
  }

  private static void refuse(HttpServerResponse response, int status) {
    if (!response.ended()) {
      Future<Void> ignored = response.setStatusCode(status).end();
    }
  }

  @Override
  public void close() {
    workers.close();
  }
}
