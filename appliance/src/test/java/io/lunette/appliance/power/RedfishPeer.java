/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A management controller with one computer system, as DSP0266 and the ComputerSystem schema
 * (DSP2046) have it: service root and sessions for anybody, all else for those who authenticate,
 * resets of an allowable type, a task where it is told to make one. HTTPS with a certificate of its
 * own.
 */
final class RedfishPeer implements AutoCloseable {

  static final String USER = "operator";
  static final String PASSWORD = "pass:word";
  private static final String SYSTEM = "/redfish/v1/Systems/437XR1138R2";
  private static final String RESET = SYSTEM + "/Actions/ComputerSystem.Reset";
  private static final String TOKEN = "13118f60fdc5ecb9";
  private static final char[] STORE_PASSWORD = "changeit".toCharArray();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpsServer server;
  private final Path certificate;
  private final String pin;
  final List<String> resets = new CopyOnWriteArrayList<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  volatile String powerState = "On";
  volatile List<String> allowable = List.of("On", "ForceOff", "GracefulRestart", "ForceRestart");
  volatile boolean inActionInfo;
  volatile int taskPolls;
  volatile String taskEnd = "Completed";
  volatile boolean sessions = true;
  volatile boolean systemsElsewhere;

  /** Whether it sends no more than the beginning of what it says of the system. */
  volatile boolean stalls;

  /** How many blanks it says of the system before all else. */
  volatile int padding;

  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean sessionOpen;

  /** With the certificate that is in this directory, or is made there first. */
  RedfishPeer(Path directory) throws Exception {
    Path store = directory.resolve("peer.p12");
    certificate = directory.resolve("peer.pem");
    if (!Files.exists(store)) {
      keytool(
          directory,
          "-genkeypair -alias peer -keyalg EC -dname CN=bmc -ext SAN=dns:localhost -validity 3"
              + " -storetype PKCS12 -storepass changeit -keystore "
              + store);
      keytool(
          directory,
          "-exportcert -rfc -alias peer -storepass changeit -keystore "
              + store
              + " -file "
              + certificate);
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, STORE_PASSWORD);
    }
    pin =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(keys.getCertificate("peer").getEncoded()));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, STORE_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext("/", this::handle);
    server.start();
  }

  private static void keytool(Path directory, String arguments) throws Exception {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> words = new java.util.ArrayList<>(List.of(tool.toString()));
    words.addAll(List.of(arguments.split(" ")));
    Path log = directory.resolve("keytool.log");
    int status =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (status != 0) {
      throw new IllegalStateException(Files.readString(log));
    }
  }

  String origin() {
    return "https://localhost:" + server.getAddress().getPort();
  }

  Path certificate() {
    return certificate;
  }

  String pin() {
    return pin;
  }

  boolean isSessionOpen() {
    return sessionOpen;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String call = exchange.getRequestMethod() + " " + path;
      requests.add(call);
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (call.equals("GET /redfish/v1/")) {
        json(exchange, 200, root());
      } else if (call.equals("POST /redfish/v1/SessionService/Sessions")) {
        openSession(exchange, JSON.readTree(body));
      } else if (!isAuthorized(exchange)) {
        error(exchange, 401, "While accessing the resource, the service received no authority.");
      } else {
        answer(exchange, call, body);
      }
    }
  }

  private String root() {
    String systems = systemsElsewhere ? "https://evil.example/Systems" : "/redfish/v1/Systems";
    return "{'@odata.id':'/redfish/v1/','@odata.type':'#ServiceRoot.v1_15_0.ServiceRoot','Id':'Root',"
        + "'RedfishVersion':'1.15.0','Systems':{'@odata.id':'"
        + systems
        + "'}"
        + (sessions
            ? ",'Links':{'Sessions':{'@odata.id':'/redfish/v1/SessionService/Sessions'}}}"
            : ",'Links':{}}");
  }

  private void openSession(HttpExchange exchange, JsonNode body) throws IOException {
    if (!body.path("UserName").asText().equals(USER)
        || !body.path("Password").asText().equals(PASSWORD)) {
      error(exchange, 401, "The user name or the password is wrong.");
      return;
    }
    sessionOpen = true;
    exchange.getResponseHeaders().add("X-Auth-Token", TOKEN);
    exchange.getResponseHeaders().add("Location", "/redfish/v1/SessionService/Sessions/1");
    json(
        exchange,
        201,
        "{'@odata.id':'/redfish/v1/SessionService/Sessions/1','UserName':'operator'}");
  }

  private boolean isAuthorized(HttpExchange exchange) {
    String basic =
        Base64.getEncoder()
            .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    return (sessionOpen && TOKEN.equals(exchange.getRequestHeaders().getFirst("X-Auth-Token")))
        || ("Basic " + basic).equals(exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private void answer(HttpExchange exchange, String call, byte[] body) throws IOException {
    switch (call) {
      case "DELETE /redfish/v1/SessionService/Sessions/1" -> {
        sessionOpen = false;
        exchange.sendResponseHeaders(204, -1);
      }
      case "GET /redfish/v1/Systems" ->
          json(
              exchange,
              200,
              "{'Members@odata.count':1,'Members':[{'@odata.id':'" + SYSTEM + "'}]}");
      case "GET " + SYSTEM -> {
        if (stalls) {
          stall(exchange, system());
        } else {
          json(exchange, 200, " ".repeat(padding) + system());
        }
      }
      case "GET " + SYSTEM + "/ResetActionInfo" ->
          json(
              exchange,
              200,
              "{'Id':'ResetActionInfo','Parameters':[{'Name':'ResetType','Required':true,"
                  + "'DataType':'String','AllowableValues':"
                  + JSON.writeValueAsString(allowable)
                  + "}]}");
      case "POST " + RESET -> reset(exchange, JSON.readTree(body).path("ResetType").asText());
      case "GET /redfish/v1/TaskService/TaskMonitors/42" -> monitor(exchange);
      default -> error(exchange, 404, "The resource was not found.");
    }
  }

  private String system() throws IOException {
    String values =
        inActionInfo
            ? "'@Redfish.ActionInfo':'" + SYSTEM + "/ResetActionInfo'"
            : "'ResetType@Redfish.AllowableValues':" + JSON.writeValueAsString(allowable);
    return "{'@odata.id':'"
        + SYSTEM
        + "','@odata.type':'#ComputerSystem.v1_20_0.ComputerSystem','Id':'437XR1138R2','PowerState':'"
        + powerState
        + "','Actions':{'#ComputerSystem.Reset':{'target':'"
        + RESET
        + "',"
        + values
        + "}}}";
  }

  private void reset(HttpExchange exchange, String type) throws IOException {
    if (!allowable.contains(type)) {
      error(exchange, 400, "The value " + type + " for the parameter ResetType is not allowed.");
      return;
    }
    resets.add(type);
    if (taskPolls == 0) {
      exchange.sendResponseHeaders(204, -1);
      return;
    }
    exchange.getResponseHeaders().add("Location", "/redfish/v1/TaskService/TaskMonitors/42");
    json(exchange, 202, task("New"));
  }

  private void monitor(HttpExchange exchange) throws IOException {
    taskPolls--;
    if (taskPolls > 0) {
      json(exchange, 202, task("Running"));
    } else {
      json(exchange, 200, task(taskEnd));
    }
  }

  private static String task(String state) {
    return "{'@odata.id':'/redfish/v1/TaskService/Tasks/42','@odata.type':'#Task.v1_7_0.Task','Id':'42',"
        + "'TaskState':'"
        + state
        + "','Messages':[{'MessageId':'Base.1.15.GeneralError','Message':'fan tray is out'}]}";
  }

  private static void error(HttpExchange exchange, int status, String message) throws IOException {
    json(
        exchange,
        status,
        "{'error':{'code':'Base.1.15.GeneralError','message':'See ExtendedInfo.',"
            + "'@Message.ExtendedInfo':[{'MessageId':'Base.1.15.GeneralError','Message':'"
            + message
            + "'}]}}");
  }

  /** Single quotes around names and texts stand for double ones. */
  private static void json(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.getResponseHeaders().add("OData-Version", "4.0");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private void stall(HttpExchange exchange, String text) throws IOException {
    exchange.sendResponseHeaders(200, text.length());
    exchange.getResponseBody().write(text.charAt(0));
    exchange.getResponseBody().flush();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
  }
}
