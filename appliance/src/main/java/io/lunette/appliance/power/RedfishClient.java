/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.power;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.lunette.core.DomainException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to one Redfish service (DSP0266), authenticated by a session or by credentials in each.
 * What it answers is bounded, redirects are not followed, and links lead nowhere but to itself. For
 * one thread.
 */
final class RedfishClient {

  private static final Logger LOG = LoggerFactory.getLogger(RedfishClient.class);
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final int CREATED = 201;
  private static final int NO_CONTENT = 204;

  private final RedfishAddress address;
  private final Deadline deadline;
  private final HttpClient http;
  private final ObjectMapper json = new ObjectMapper();
  private final String user;
  private final String password;
  private Optional<String> token = Optional.empty();
  private Optional<String> session = Optional.empty();

  /** An answer with a status that means success. */
  record Answer(int status, HttpHeaders headers, JsonNode body) {}

  RedfishClient(RedfishAddress address, Deadline deadline) throws IOException {
    this.address = address;
    this.deadline = deadline;
    this.http =
        HttpClient.newBuilder()
            .sslContext(RedfishTrust.of(address))
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    String line = firstLine(address.credentials());
    int colon = line.indexOf(':');
    if (colon < 1) {
      throw new IOException(address.credentials() + " holds no USER:PASSWORD");
    }
    this.user = line.substring(0, colon);
    this.password = line.substring(colon + 1);
  }

  private static String firstLine(Path file) throws IOException {
    return Files.readString(file).lines().findFirst().orElse("");
  }

  /** Makes a session (DSP0266 §13.3.4) if the address wants one and the service has them. */
  void logIn(JsonNode serviceRoot) throws IOException, DomainException {
    Optional<String> sessions = link(serviceRoot.at("/Links/Sessions"));
    if (!address.session() || sessions.isEmpty()) {
      return;
    }
    Answer made =
        send(
            request(sessions.get())
                .POST(body(Map.of("UserName", user, "Password", password)))
                .build());
    token = made.headers().firstValue("X-Auth-Token");
    if (made.status() != CREATED || token.isEmpty()) {
      throw new IOException("the service made no session");
    }
    session = made.headers().firstValue("Location");
  }

  /** Ends the session; one that cannot be ended runs out by itself. */
  void logOut() {
    if (session.isPresent()) {
      try {
        send(authorized(session.get()).DELETE().build());
      } catch (IOException | DomainException e) {
        LOG.debug("the session at {} was not ended", address.origin(), e);
      }
    }
  }

  /** What is anybody's to read. */
  JsonNode getOpenly(String path) throws IOException, DomainException {
    return send(request(path).GET().build()).body();
  }

  Answer get(String path) throws IOException, DomainException {
    return send(authorized(path).GET().build());
  }

  Answer post(String path, Object content) throws IOException, DomainException {
    return send(authorized(path).POST(body(content)).build());
  }

  /** Where a reference leads (DSP0266 §8.6). */
  static Optional<String> link(JsonNode reference) {
    return Optional.ofNullable(reference.path("@odata.id").textValue());
  }

  private HttpRequest.BodyPublisher body(Object content) throws JsonProcessingException {
    return HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(content));
  }

  private HttpRequest.Builder authorized(String link) throws IOException, DomainException {
    HttpRequest.Builder request = request(link);
    if (token.isPresent()) {
      return request.header("X-Auth-Token", token.get());
    }
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(both));
  }

  private HttpRequest.Builder request(String link) throws IOException, DomainException {
    URI uri = resolve(link);
    return HttpRequest.newBuilder(uri)
        .timeout(deadline.remaining())
        .header("OData-Version", "4.0")
        .header("Accept", "application/json")
        .header("Content-Type", "application/json");
  }

  private URI resolve(String link) throws IOException {
    try {
      URI uri = address.origin().resolve(link);
      if (address.origin().getRawAuthority().equals(uri.getRawAuthority())
          && "https".equals(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("the service refers to '" + link + "', which is no link", e);
    }
    throw new IOException("the service refers to '" + link + "', which is another one");
  }

  private Answer send(HttpRequest request) throws IOException, DomainException {
    HttpResponse<byte[]> response = await(request);
    JsonNode body = parse(response.statusCode(), response.body());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          request.method()
              + " "
              + request.uri().getPath()
              + ": status "
              + response.statusCode()
              + message(body));
    }
    return new Answer(response.statusCode(), response.headers(), body);
  }

  /** The request's own time ends with the headers; the deadline is for the body too. */
  private HttpResponse<byte[]> await(HttpRequest request) throws IOException, DomainException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request, head -> new BoundedBody(ANSWER_BYTES_MAX));
    try {
      return answer.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw deadline.passed();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof HttpTimeoutException) {
        throw deadline.passed();
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      answer.cancel(true);
    }
  }

  private JsonNode parse(int status, byte[] content) throws IOException {
    if (status == NO_CONTENT || content.length == 0) {
      return MissingNode.getInstance();
    }
    try {
      return json.readTree(content);
    } catch (JsonProcessingException e) {
      if (status / 100 == 2) {
        throw new IOException("the service answered what is not JSON", e);
      }
      return MissingNode.getInstance();
    }
  }

  /** What an error says of itself (DSP0266 §8.7). */
  static String message(JsonNode body) {
    JsonNode extended = body.at("/error/@Message.ExtendedInfo/0/Message");
    JsonNode told = extended.isTextual() ? extended : body.at("/error/message");
    return told.isTextual() ? ": " + told.textValue().replaceAll("\\s+", " ") : "";
  }
}
