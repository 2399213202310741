/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.audit.Actor;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.cim.xml.CimXmlGrammar;
import io.lunette.smis.provider.ArrayFixture;
import io.lunette.smis.provider.account.AccountName;
import io.lunette.smis.provider.account.Accounts;
import io.lunette.smis.provider.account.BasicAuthentication;
import io.lunette.smis.provider.account.Role;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** CIM-XML over real connections: who gets in, what is refused, how much one client may take. */
class CimXmlServerTest {

  private static final String REQUEST =
      "<?xml version=\"1.0\"?><CIM CIMVERSION=\"2.0\" DTDVERSION=\"2.0\"><MESSAGE ID=\"77\""
          + " PROTOCOLVERSION=\"1.0\"><SIMPLEREQ><IMETHODCALL NAME=\"EnumerateInstances\">"
          + "<LOCALNAMESPACEPATH><NAMESPACE NAME=\"root\"/><NAMESPACE NAME=\"lunette\"/>"
          + "</LOCALNAMESPACEPATH><IPARAMVALUE NAME=\"ClassName\"><CLASSNAME"
          + " NAME=\"CIM_StorageVolume\"/></IPARAMVALUE></IMETHODCALL></SIMPLEREQ></MESSAGE></CIM>";
  private static final HttpBounds BOUNDS =
      new HttpBounds(64 << 10, Duration.ofSeconds(30), Duration.ofSeconds(30), 8, 4, 2, 3);

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private ArrayFixture array;
  private CimXmlServer server;
  private int port;

  @BeforeEach
  void start() throws Exception {
    array = new ArrayFixture(directory);
    Accounts accounts = new Accounts(array.catalog);
    accounts.set(new Actor("test"), new AccountName("admin"), "secret-pass", Role.OPERATE);
    Clock clock = Clock.systemUTC();
    server =
        new CimXmlServer(
            vertx,
            new CimXmlHandler(
                vertx,
                array.schema,
                array.operations,
                new BasicAuthentication(accounts, clock),
                clock,
                BOUNDS),
            BOUNDS);
    port = server.listen("127.0.0.1", 0);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    array.close();
  }

  private HttpRequest.Builder request(String method, String body) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/cimom"))
        .header("Content-Type", "application/xml; charset=\"utf-8\"")
        .header("CIMOperation", "MethodCall")
        .method(method, HttpRequest.BodyPublishers.ofString(body));
  }

  private static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ':' + password).getBytes(StandardCharsets.UTF_8));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() == 200) {
      Element unused = CimXmlGrammar.check(answer.body());
    }
    return answer;
  }

  private HttpRequest.Builder allowed(String body) {
    return request("POST", body).header("Authorization", basic("admin", "secret-pass"));
  }

  @Test
  void anAnswerHasTheHeadersOfTheStandard() throws Exception {
    HttpResponse<String> answer = send(allowed(REQUEST).header("CIMMethod", "EnumerateInstances"));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("CIMOperation")).contains("MethodResponse");
    assertThat(answer.headers().firstValue("Content-Length")).isPresent();
    assertThat(answer.body())
        .isEqualTo(
            "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n"
                + "<CIM CIMVERSION=\"2.0\" DTDVERSION=\"2.0\"><MESSAGE ID=\"77\""
                + " PROTOCOLVERSION=\"1.0\"><SIMPLERSP><IMETHODRESPONSE"
                + " NAME=\"EnumerateInstances\"><IRETURNVALUE></IRETURNVALUE></IMETHODRESPONSE>"
                + "</SIMPLERSP></MESSAGE></CIM>");
  }

  @Test
  void errorsOfCimAreInTheBody() throws Exception {
    HttpResponse<String> answer = send(allowed(REQUEST.replace("CIM_StorageVolume", "No\u00fc")));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("<ERROR CODE=\"5\" DESCRIPTION=\"no class 'No\u00fc'\"></ERROR>");
  }

  @Test
  void strangersAreAskedWhoTheyAre() throws Exception {
    HttpResponse<String> nobody = send(request("POST", REQUEST));
    HttpResponse<String> wrong =
        send(request("POST", REQUEST).header("Authorization", basic("admin", "wrong-pass")));
    HttpResponse<String> odd = send(request("POST", REQUEST).header("Authorization", "Basic ***"));

    assertThat(nobody.statusCode()).isEqualTo(401);
    assertThat(nobody.headers().firstValue("WWW-Authenticate").orElse(""))
        .startsWith("Basic realm=");
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(odd.statusCode()).isEqualTo(401);
  }

  @Test
  void whoeverGuessesHasToWait() throws Exception {
    for (int i = 0; i < BOUNDS.failures(); i++) {
      send(request("POST", REQUEST).header("Authorization", basic("admin", "guess" + i)));
    }

    HttpResponse<String> late = send(allowed(REQUEST));

    assertThat(late.statusCode()).isEqualTo(429);
    assertThat(late.headers().firstValue("Retry-After")).isPresent();
  }

  @Test
  void whatIsNoRequestGetsTheStatusOfTheStandard() throws Exception {
    assertThat(send(request("GET", "")).statusCode()).isEqualTo(405);
    assertThat(refusal(allowed("<CIM>"))).isEqualTo("400 request-not-well-formed");
    assertThat(
            refusal(
                allowed("<!DOCTYPE CIM [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + REQUEST)))
        .isEqualTo("400 request-not-well-formed");
    assertThat(refusal(allowed("<html/>"))).isEqualTo("400 request-not-valid");
    assertThat(refusal(allowed(REQUEST).header("CIMMethod", "GetInstance")))
        .isEqualTo("400 header-mismatch");
    assertThat(refusal(allowed(REQUEST.replace("SIMPLEREQ", "MULTIREQ"))))
        .isEqualTo("501 multiple-requests-unsupported");
    assertThat(
            send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                    .header("Content-Type", "text/plain")
                    .POST(HttpRequest.BodyPublishers.ofString(REQUEST)))
                .statusCode())
        .isEqualTo(415);
  }

  private String refusal(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = send(request);
    return answer.statusCode() + " " + answer.headers().firstValue("CIMError").orElse("-");
  }

  @Test
  void mPostAnswersUnderItsPrefix() throws Exception {
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/cimom"))
                .header("Content-Type", "text/xml")
                .header("Authorization", basic("admin", "secret-pass"))
                .header("Man", "http://www.dmtf.org/cim/mapping/http/v1.0 ; ns=73")
                .header("73-CIMOperation", "MethodCall")
                .header("73-CIMMethod", "EnumerateInstances")
                .method("M-POST", HttpRequest.BodyPublishers.ofString(REQUEST)));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("73-CIMOperation")).contains("MethodResponse");
    assertThat(answer.headers().firstValue("Ext")).isPresent();
  }

  @Test
  void aRequestThatIsTooLargeIsNotReadToTheEnd() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write(
              ("POST /cimom HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nCIMOperation:"
                      + " MethodCall\r\nContent-Length: 1000000000\r\n\r\n"
                      + "x".repeat(BOUNDS.bodyBytes() + 1))
                  .getBytes(StandardCharsets.US_ASCII));

      assertThat(new String(readAll(socket.getInputStream()), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 413");
    }
  }

  private static byte[] readAll(InputStream in) throws Exception {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      read.write(next);
    }
    return read.toByteArray();
  }

  @Test
  void aLongAnswerComesInChunks() throws Exception {
    for (int i = 0; i < 500; i++) {
      array.driver.create(new VolumeName("volume-" + i), 4096);
    }

    HttpResponse<String> answer = send(allowed(REQUEST));

    assertThat(answer.headers().firstValue("Transfer-Encoding")).contains("chunked");
    assertThat(answer.body().split("<VALUE.NAMEDINSTANCE>", -1)).hasSize(501);
    assertThat(answer.body()).endsWith("</SIMPLERSP></MESSAGE></CIM>");
  }

  @Test
  void moreConnectionsThanAllowedAreClosed() throws Exception {
    java.util.List<Socket> open = new java.util.ArrayList<>();
    try {
      for (int i = 0; i < BOUNDS.connections(); i++) {
        Socket socket = new Socket("127.0.0.1", port);
        open.add(socket);
        socket
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      }
      try (Socket more = new Socket("127.0.0.1", port)) {
        more.setSoTimeout(30_000);
        assertThat(more.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }
}
