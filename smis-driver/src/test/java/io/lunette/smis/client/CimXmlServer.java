/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** An HTTPS server of CIM-XML that can misbehave. */
final class CimXmlServer implements AutoCloseable {

  static final String USER = "lunette";
  static final String PASSWORD = "correct horse";

  static {
    // Headers and body are written apart; without this each answer waits for an acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** What goes wrong with one request. */
  enum Mishap {
    /** The connection is dropped before anything is done. */
    DROP_BEFORE,
    /** The connection is dropped, and it is done when the server catches up. */
    LATE,
    /** It is done, and the connection is dropped before the answer. */
    DROP_AFTER,
    /** It is done, and half of the answer comes. */
    CUT,
    /** It is done, and before the answer the server is gone: nobody listens any more. */
    DIE,
    /** It is done, and the answer is not XML. */
    BROKEN,
    /** It is done, and the answer never comes. */
    SILENCE,
    /** The answer is preceded by a document type with an entity that reads a file. */
    ENTITY
  }

  /** Decides what goes wrong with a request; null if nothing does. */
  interface Mishaps extends Function<CimXml.Request, Mishap> {}

  private final TestCertificate certificate;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Function<CimXml.Request, String> array;
  private final Flavour flavour;
  private final AtomicInteger requests = new AtomicInteger();
  private final List<CimXml.Request> log = new CopyOnWriteArrayList<>();
  private final List<CimXml.Request> late = new CopyOnWriteArrayList<>();
  volatile Mishaps mishaps = request -> null;
  private HttpsServer server;
  private int port;

  CimXmlServer(TestCertificate certificate, Flavour flavour, Function<CimXml.Request, String> array)
      throws Exception {
    this.array = array;
    this.flavour = flavour;
    this.certificate = certificate;
    revive();
  }

  /** Listens again, at the same address, if it does not. */
  synchronized void revive() throws Exception {
    if (server == null) {
      server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
      server.createContext("/cimom", this::handle);
      server.setExecutor(threads);
      server.start();
      port = server.getAddress().getPort();
    }
  }

  /** Does what it is late with. */
  void catchUp() {
    for (CimXml.Request request : late) {
      String unused = array.apply(request);
    }
    late.clear();
  }

  private synchronized void die() {
    if (server != null) {
      server.stop(0);
      server = null;
      notifyAll();
    }
  }

  /** Returns when nobody listens any more, of a death that is due. */
  synchronized void awaitDeath() throws InterruptedException {
    while (server != null) {
      wait();
    }
  }

  synchronized int port() {
    return port;
  }

  /** How many requests were let in. */
  int requests() {
    return requests.get();
  }

  /** How often an operation or method was asked. */
  int asked(String name) {
    return (int) log.stream().filter(each -> each.name().equals(name)).count();
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (flavour.has(Flavour.Trait.CLOSES)) {
      exchange.getResponseHeaders().set("Connection", "close");
    }
    String expected =
        "Basic "
            + Base64.getEncoder()
                .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    if (!expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      if (flavour.has(Flavour.Trait.CHALLENGES)) {
        exchange.getResponseHeaders().add("WWW-Authenticate", "Negotiate");
      }
      exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"array\"");
      exchange.sendResponseHeaders(401, -1);
      exchange.close();
      return;
    }
    requests.incrementAndGet();
    CimXml.Request request = CimXml.read(body);
    log.add(request);
    Mishap mishap = mishaps.apply(request);
    if (mishap == Mishap.DROP_BEFORE || mishap == Mishap.LATE) {
      if (mishap == Mishap.LATE) {
        late.add(request);
      }
      exchange.close();
      return;
    }
    String answer = array.apply(request);
    answer(exchange, mishap, answer);
  }

  private void answer(HttpExchange exchange, Mishap mishap, String answer) throws IOException {
    if (mishap == Mishap.DROP_AFTER) {
      exchange.close();
      return;
    }
    if (mishap == Mishap.DIE) {
      die();
      return;
    }
    if (mishap == Mishap.SILENCE) {
      return;
    }
    String text =
        mishap == Mishap.BROKEN
            ? answer.substring(0, answer.length() / 2).replace("VALUE", "VA<LUE")
            : mishap == Mishap.ENTITY
                ? answer.replaceFirst(
                    "<CIM ", "<!DOCTYPE CIM [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><CIM ")
                : answer;
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/xml; charset=\"utf-8\"");
    exchange.getResponseHeaders().set("CIMOperation", "MethodResponse");
    boolean chunked = flavour.has(Flavour.Trait.CHUNKS);
    exchange.sendResponseHeaders(200, chunked ? 0 : bytes.length);
    OutputStream out = exchange.getResponseBody();
    out.write(bytes, 0, mishap == Mishap.CUT ? bytes.length / 2 : bytes.length);
    out.flush();
    exchange.close();
  }

  @Override
  public void close() {
    die();
    threads.shutdownNow();
  }
}
