/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lunette.appliance.config.ByteSize;
import io.lunette.core.allocation.RequestKey;
import io.lunette.core.audit.Actor;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** One call: its parameters and its body, read with errors that name the field. */
final class Call {

  private static final String ACTOR_HEADER = "Lunette-Actor";

  private static final String KEY_HEADER = "Idempotency-Key";

  private final RoutingContext context;
  private final JsonNode body;

  private Call(RoutingContext context, JsonNode body) {
    this.context = context;
    this.body = body;
  }

  static Call of(RoutingContext context, ObjectMapper json) throws BadRequestException {
    Buffer buffer = context.body() == null ? null : context.body().buffer();
    if (buffer == null || buffer.length() == 0) {
      return new Call(context, JsonNodeFactory.instance.objectNode());
    }
    try {
      JsonNode body =
          json.reader(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readTree(buffer.getBytes());
      if (!body.isObject()) {
        throw new BadRequestException("the body is not a JSON object");
      }
      return new Call(context, body);
    } catch (JsonProcessingException e) {
      throw new BadRequestException("the body is not JSON: " + place(e.getLocation()));
    } catch (java.io.IOException e) {
      throw new BadRequestException("the body cannot be read: " + e.getMessage());
    }
  }

  private static String place(JsonLocation location) {
    return "see line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  /** A parameter of the path. */
  String path(String name) {
    return context.pathParam(name);
  }

  /** A parameter of the query. */
  Optional<String> query(String name) {
    return Optional.ofNullable(context.queryParams().get(name));
  }

  /** All values of a parameter of the query. */
  List<String> queries(String name) {
    return context.queryParam(name);
  }

  /** An object that must be there. */
  JsonNode object(String field) throws BadRequestException {
    if (!body.path(field).isObject()) {
      throw new BadRequestException("the field '" + field + "' is not an object");
    }
    return body.path(field);
  }

  /** An object of texts; empty if it is not there. */
  Map<String, String> texts(String field) throws BadRequestException {
    JsonNode node = body.path(field);
    Map<String, String> texts = new LinkedHashMap<>();
    if (node.isMissingNode() || node.isNull()) {
      return texts;
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new BadRequestException(
            "the field '" + field + "." + entry.getKey() + "' is not a text");
      }
      texts.put(entry.getKey(), entry.getValue().textValue());
    }
    if (!node.isObject()) {
      throw new BadRequestException("the field '" + field + "' is not an object of texts");
    }
    return texts;
  }

  /** Whether a field is there, be it null. */
  boolean isSaid(String field) {
    return body.has(field);
  }

  /** The texts of an array, none if it is null or missing. */
  List<String> list(String field) throws BadRequestException {
    JsonNode node = body.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode each : node) {
      if (each.isTextual()) {
        texts.add(each.textValue());
      }
    }
    if (!node.isArray() || texts.size() != node.size()) {
      throw new BadRequestException("the field '" + field + "' is not an array of texts");
    }
    return texts;
  }

  /**
   * By what the caller knows this request, if it may be sent twice. The header is a structured text
   * (RFC 8941), which has quotation marks; without them it is taken too.
   */
  Optional<RequestKey> requestKey() {
    String header = context.request().getHeader(KEY_HEADER);
    if (header == null) {
      return Optional.empty();
    }
    boolean quoted = header.length() > 1 && header.startsWith("\"") && header.endsWith("\"");
    return Optional.of(new RequestKey(quoted ? header.substring(1, header.length() - 1) : header));
  }

  /** How many a page of a list is to have. */
  int limit(int most) {
    return query("limit").map(text -> positive(text, most)).orElse(most);
  }

  private static int positive(String text, int most) {
    int limit = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > most) {
      throw new IllegalArgumentException("limit is '" + text + "': use 1 to " + most);
    }
    return limit;
  }

  /** The path and query of this call with another value of one parameter. */
  String uriWith(String parameter, String value) {
    QueryStringEncoder uri = new QueryStringEncoder(context.request().path());
    context
        .queryParams()
        .forEach(
            each -> {
              if (!each.getKey().equals(parameter)) {
                uri.addParam(each.getKey(), each.getValue());
              }
            });
    uri.addParam(parameter, value);
    return uri.toString();
  }

  /** A text that must be there. */
  String text(String field) throws BadRequestException {
    return optionalText(field)
        .orElseThrow(() -> new BadRequestException("the field '" + field + "' is missing"));
  }

  Optional<String> optionalText(String field) throws BadRequestException {
    JsonNode node = body.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isTextual() || node.textValue().isEmpty()) {
      throw new BadRequestException("the field '" + field + "' is not a text");
    }
    return Optional.of(node.textValue());
  }

  /** A text turned into a value; the value's own complaint becomes the answer. */
  <T> Optional<T> optional(String field, Function<String, T> parse) throws BadRequestException {
    return optionalText(field).map(parse);
  }

  OptionalInt optionalInt(String field) throws BadRequestException {
    JsonNode node = body.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return OptionalInt.empty();
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw new BadRequestException("the field '" + field + "' is not a whole number");
    }
    return OptionalInt.of(node.intValue());
  }

  Optional<Double> optionalNumber(String field) throws BadRequestException {
    JsonNode node = body.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!node.isNumber()) {
      throw new BadRequestException("the field '" + field + "' is not a number");
    }
    return Optional.of(node.doubleValue());
  }

  /** The whole body as numbers by name. */
  SortedMap<String, Double> numbers() throws BadRequestException {
    SortedMap<String, Double> numbers = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : body.properties()) {
      numbers.put(
          each.getKey(),
          optionalNumber(each.getKey())
              .orElseThrow(
                  () ->
                      new BadRequestException(
                          "the field '" + each.getKey() + "' is not a number")));
    }
    return numbers;
  }

  boolean flag(String field) throws BadRequestException {
    JsonNode node = body.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return false;
    }
    if (!node.isBoolean()) {
      throw new BadRequestException("the field '" + field + "' is neither true nor false");
    }
    return node.booleanValue();
  }

  /** A size, as a number of bytes or as a text such as {@code 10G}. */
  long size(String field) throws BadRequestException {
    JsonNode node = body.path(field);
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return new ByteSize(node.longValue()).bytes();
    }
    return ByteSize.parse(text(field)).bytes();
  }

  /** A size that may be absent. */
  OptionalLong optionalSize(String field) throws BadRequestException {
    JsonNode node = body.path(field);
    return node.isMissingNode() || node.isNull()
        ? OptionalLong.empty()
        : OptionalLong.of(size(field));
  }

  /** Whether a field is there. */
  boolean has(String field) {
    return !body.path(field).isMissingNode();
  }

  /** Whether a field is just that text. */
  boolean isText(String field, String text) {
    return body.path(field).isTextual() && body.path(field).textValue().equals(text);
  }

  /** Who asks. */
  Actor actor() {
    String named = context.request().getHeader(ACTOR_HEADER);
    return new Actor(named == null || named.isBlank() ? "api" : named);
  }
}
