/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wrong call of the API over TCP gets the status and the problem that it should. */
class WrongCallIT {

  private static final String SERVERS = "/api/v1/servers";

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private ServedHome served;
  private String token;

  @BeforeEach
  void start() throws Exception {
    served = new ServedHome(directory).start("--http", "127.0.0.1:0");
    token = Files.readString(served.home.resolve("token")).strip();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aBodyThatIsNotOneJsonObjectIsRefusedWhole() throws Exception {
    problem(call("POST", SERVERS, "{"), 400, "the body is not JSON: see line 1, column");
    problem(call("POST", SERVERS, "[]"), 400, "not a JSON object");
    String server = "{\"name\":\"a\",\"iqn\":\"iqn.2026-11.example:a\"}";
    problem(call("POST", SERVERS, server + " more"), 400, "the body is not JSON");
    problem(call("POST", SERVERS, " ".repeat(2 << 20)), 413, "larger than 1048576 bytes");

    assertThat(served.call("server", "list")).isEmpty();
    assertThat(call("POST", SERVERS, server).statusCode()).isEqualTo(201);
  }

  @Test
  void aWrongMethodIsToldTheRightOnes() throws Exception {
    HttpResponse<String> patch = call("PATCH", SERVERS + "/a", "{}");

    problem(patch, 405, "PATCH");
    assertThat(patch.headers().firstValue("Allow")).hasValue("DELETE, GET, HEAD, PUT");
    problem(call("GET", "/api/v1/nothing", ""), 404, "no such path");
  }

  @Test
  void headIsGetWithoutTheBody() throws Exception {
    HttpResponse<String> head = call("HEAD", "/api/v1/status", "");

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(head.body()).isEmpty();
  }

  @Test
  void metricsHaveTheNumbersOfTheStatus() throws Exception {
    Path raw = Files.write(directory.resolve("disk.raw"), new byte[1 << 20]);
    served.call("image", "import", "web", raw.toString());
    served.call("pool", "set", "web", "--ready", "0");
    HttpResponse<String> answer = call("GET", "/metrics", "");

    assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
    long capacity = served.call("status").at("/space/capacityBytes").asLong();
    assertThat(answer.body().lines())
        .contains(
            "lunette_pool_capacity_bytes " + capacity,
            "lunette_replicas{image=\"web\",state=\"ready\"} 0",
            "lunette_alerts 0");
    List<String> names = names(answer.body(), "# HELP (\\S+) .+");
    assertThat(names)
        .doesNotHaveDuplicates()
        .isEqualTo(names(answer.body(), "# TYPE (\\S+) gauge"));
    assertThat(answer.body().lines().filter(line -> !line.startsWith("#")))
        .allMatch(line -> names.contains(line.split("[{ ]")[0]));
    token = "wrong";
    problem(call("GET", "/metrics", ""), 401, "bearer token");
  }

  private static List<String> names(String text, String line) {
    return Pattern.compile(line).matcher(text).results().map(found -> found.group(1)).toList();
  }

  @Test
  void whoDoesNotShowTheTokenLearnsNothing() throws Exception {
    token = "wrong";
    HttpResponse<String> refused = call("GET", "/api/v1/status", "");

    problem(refused, 401, "bearer token");
    assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
  }

  private HttpResponse<String> call(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + served.http() + path))
            .header("Authorization", "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static void problem(HttpResponse<String> answer, int status, String detail)
      throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = new ObjectMapper().readTree(answer.body());
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("detail").asText()).contains(detail);
  }
}
