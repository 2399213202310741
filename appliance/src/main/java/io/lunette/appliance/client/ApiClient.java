/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.lunette.appliance.Home;
import io.lunette.core.allocation.RequestKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls the API of the appliance that runs on a home, over its socket. One call at a time; blocks.
 */
public final class ApiClient implements AutoCloseable {

  private static final String PREFIX = "/api/v1";
  private static final long WAIT_SECONDS = 120;
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");

  private final Home home;
  private final Vertx vertx;
  private final HttpClient http;
  private final ObjectMapper json = new ObjectMapper();

  private ApiClient(Home home) {
    this.home = home;
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    this.http = vertx.createHttpClient();
  }

  /**
   * A client of a home.
   *
   * @throws ApiException if nothing runs there
   */
  public static ApiClient open(Home home) throws ApiException {
    if (!Files.exists(home.socket())) {
      throw notRunning(home, null);
    }
    return new ApiClient(home);
  }

  /** The answer to a GET. */
  public JsonNode get(String path) throws ApiException {
    return call(HttpMethod.GET, path, null);
  }

  /** All rows of a list, page after page, at most so many. */
  public ArrayNode list(String path, int most) throws ApiException {
    ArrayNode rows = json.createArrayNode();
    String next = PREFIX + path;
    while (next != null && rows.size() < most) {
      Answer answer = request(HttpMethod.GET, next, null, Optional.empty());
      for (JsonNode row : read(answer)) {
        if (rows.size() < most) {
          rows.add(row);
        }
      }
      next = answer.next();
    }
    return rows;
  }

  /** All rows of a list, page after page. */
  public ArrayNode list(String path) throws ApiException {
    return list(path, Integer.MAX_VALUE);
  }

  /** The answer to a POST of a JSON body. */
  public JsonNode post(String path, Object body) throws ApiException {
    return call(HttpMethod.POST, path, body);
  }

  /** The answer to a POST that is carried out once for a key, however often it is sent. */
  public JsonNode post(String path, Object body, Optional<RequestKey> key) throws ApiException {
    return read(request(HttpMethod.POST, PREFIX + path, body, key));
  }

  /** The answer to a DELETE that is carried out once for a key, however often it is sent. */
  public JsonNode delete(String path, Optional<RequestKey> key) throws ApiException {
    return read(request(HttpMethod.DELETE, PREFIX + path, null, key));
  }

  /** The answer to a PUT of a JSON body. */
  public JsonNode put(String path, Object body) throws ApiException {
    return call(HttpMethod.PUT, path, body);
  }

  /** The answer to a DELETE. */
  public JsonNode delete(String path) throws ApiException {
    return call(HttpMethod.DELETE, path, null);
  }

  private JsonNode call(HttpMethod method, String path, Object body) throws ApiException {
    return read(request(method, PREFIX + path, body, Optional.empty()));
  }

  private Answer request(HttpMethod method, String uri, Object body, Optional<RequestKey> key)
      throws ApiException {
    RequestOptions options =
        new RequestOptions()
            .setServer(SocketAddress.domainSocketAddress(home.socket().toString()))
            .setHost("localhost")
            .setPort(80)
            .setMethod(method)
            .setURI(uri)
            .putHeader("Lunette-Actor", "local:" + System.getProperty("user.name", "unknown"))
            .putHeader("Content-Type", "application/json");
    key.ifPresent(each -> options.putHeader("Idempotency-Key", "\"" + each + "\""));
    return await(http.request(options).compose(request -> send(request, body)));
  }

  private Future<Answer> send(HttpClientRequest request, Object body) {
    Future<HttpClientResponse> response;
    try {
      response =
          body == null ? request.send() : request.send(Buffer.buffer(json.writeValueAsBytes(body)));
    } catch (JsonProcessingException e) {
      return Future.failedFuture(e);
    }
    return response.compose(
        head ->
            head.body()
                .map(
                    content ->
                        new Answer(
                            head.statusCode(), content.getBytes(), next(head.getHeader("Link")))));
  }

  private Answer await(Future<Answer> future) throws ApiException {
    try {
      return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof java.net.ConnectException) {
        throw notRunning(home, e.getCause());
      }
      throw new ApiException(
          0,
          "the appliance on " + home.directory() + " broke off: " + e.getCause().getMessage(),
          e);
    } catch (TimeoutException e) {
      throw new ApiException(0, "the appliance gave no answer in " + WAIT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(0, "interrupted", e);
    }
  }

  private JsonNode read(Answer answer) throws ApiException {
    JsonNode content;
    try {
      content = answer.body().length == 0 ? NullNode.instance : json.readTree(answer.body());
    } catch (IOException e) {
      throw new ApiException(answer.status(), "the appliance's answer is not JSON", e);
    }
    if (answer.status() / 100 == 2) {
      return content;
    }
    String detail = content.path("detail").asText("status " + answer.status());
    throw new ApiException(answer.status(), detail, null);
  }

  private static ApiException notRunning(Home home, Throwable cause) {
    return new ApiException(
        0, "no appliance runs on " + home.directory() + "; start one with 'lunette serve'", cause);
  }

  @Override
  public void close() {
    vertx.close();
  }

  /** Where a list goes on (RFC 8288). */
  private static String next(String link) {
    Matcher matcher = NEXT.matcher(link == null ? "" : link);
    return matcher.matches() ? matcher.group(1) : null;
  }

  private record Answer(int status, byte[] body, String next) {}
}
