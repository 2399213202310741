/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes indications of one array (DSP0200 export messages) at a path that only the array was told.
 * What one says is not read, so nobody can claim anything with it: it is a reason to look.
 * Thread-safe.
 */
final class IndicationListener implements AutoCloseable {

  private static final int BODY_BYTES_MAX = 64 << 10;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final Pattern MESSAGE_ID = Pattern.compile("MESSAGE\\s+ID=\"([\\w.:-]{1,64})\"");

  private final HttpServer server;
  private final String host;
  private final String path;
  private final Nudge nudge;

  IndicationListener(String host, int port, Nudge nudge) throws IOException {
    byte[] secret = new byte[16];
    new SecureRandom().nextBytes(secret);
    this.host = host;
    this.path = "/" + HexFormat.of().formatHex(secret);
    this.nudge = nudge;
    server = HttpServer.create(new InetSocketAddress(host, port), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  /** What the array is to call. */
  String url() {
    return "http://" + host + ":" + server.getAddress().getPort() + path;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean ours =
          exchange.getRequestURI().getPath().equals(path)
              && exchange.getRequestMethod().equals("POST");
      if (!ours) {
        exchange.sendResponseHeaders(NOT_FOUND, -1);
        return;
      }
      byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
      nudge.all();
      Matcher id = MESSAGE_ID.matcher(new String(body, StandardCharsets.UTF_8));
      byte[] answer = answer(id.find() ? id.group(1) : "0").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/xml; charset=\"utf-8\"");
      exchange.getResponseHeaders().set("CIMExport", "MethodResponse");
      exchange.sendResponseHeaders(OK, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static String answer(String id) {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
        + "<CIM CIMVERSION=\"2.0\" DTDVERSION=\"2.0\"><MESSAGE ID=\""
        + id
        + "\" PROTOCOLVERSION=\"1.0\"><SIMPLEEXPRSP><EXPMETHODRESPONSE NAME=\"ExportIndication\">"
        + "<IRETURNVALUE/></EXPMETHODRESPONSE></SIMPLEEXPRSP></MESSAGE></CIM>";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
