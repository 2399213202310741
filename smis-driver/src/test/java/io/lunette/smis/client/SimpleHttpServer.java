/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CIM-XML over HTTP/1.0 and TLS, as small servers speak it: one request to a connection, a body
 * whose length is told or ends with the connection, a challenge with a page of HTML.
 */
final class SimpleHttpServer implements AutoCloseable {

  private static final Pattern ERROR =
      Pattern.compile("<ERROR CODE=\"(\\d+)\" DESCRIPTION=\"([^\"]*)\"/>");

  /** How it answers. */
  enum Style {
    /** HTTP/1.0, the end of the connection ends the answer. */
    OLD,
    /** HTTP/1.0, with a length. */
    OLD_WITH_LENGTH,
    /** HTTP/1.1 in chunks, with errors behind the last of them instead of in the message. */
    TRAILERS
  }

  private final ServerSocket listener;
  private final Style style;
  private final Function<CimXml.Request, String> array;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  SimpleHttpServer(TestCertificate certificate, Style style, Function<CimXml.Request, String> array)
      throws Exception {
    this.style = style;
    this.array = array;
    listener =
        certificate
            .context()
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        threads.execute(() -> serve(socket));
      } catch (IOException e) {
        // Closed, which the loop sees.
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      String head = head(in);
      byte[] body = in.readNBytes(length(head));
      boolean known = head.toLowerCase(Locale.ROOT).contains("\r\nauthorization: basic ");
      String answer = known ? array.apply(CimXml.read(body)) : "<html><p>Who are you?</html>";
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      if (known && style == Style.TRAILERS) {
        answerInChunks(socket, answer);
        return;
      }
      String status =
          known
              ? "HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\nCIMOperation: MethodResponse\r\n"
              : "HTTP/1.0 401 Unauthorized\r\nContent-Type: text/html\r\n"
                  + "WWW-Authenticate: Basic realm=\"the array\"\r\n";
      String length = style != Style.OLD ? "Content-Length: " + bytes.length + "\r\n" : "";
      socket.getOutputStream().write((status + length + "\r\n").getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    } catch (IOException e) {
      // The client will notice.
    }
  }

  private static void answerInChunks(Socket socket, String answer) throws IOException {
    Matcher error = ERROR.matcher(answer);
    boolean failed = error.find();
    byte[] bytes = error.replaceFirst("").getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nTransfer-Encoding: chunked\r\n"
            + "Connection: close\r\nCIMOperation: MethodResponse\r\n"
            + "Trailer: CIMStatusCode, CIMStatusCodeDescription\r\n\r\n";
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        (head + Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.UTF_8));
    out.writeBytes(bytes);
    String trailers =
        failed && error.reset().find()
            ? "CIMStatusCode: " + error.group(1) + "\r\nCIMStatusCodeDescription: It%20is%20not\r\n"
            : "";
    out.writeBytes(("\r\n0\r\n" + trailers + "\r\n").getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().write(out.toByteArray());
    socket.getOutputStream().flush();
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    String text = "";
    while (!text.endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.write(next);
      text = next == '\n' ? head.toString(StandardCharsets.ISO_8859_1) : "";
    }
    return text;
  }

  private static int length(String head) {
    return head.toLowerCase(Locale.ROOT)
        .lines()
        .filter(each -> each.startsWith("content-length:"))
        .mapToInt(each -> Integer.parseInt(each.substring(15).strip()))
        .findFirst()
        .orElse(0);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }
}
