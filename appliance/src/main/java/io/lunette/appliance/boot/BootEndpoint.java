/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.boot;

import io.lunette.core.DomainException;
import io.lunette.core.boot.BootAnswer;
import io.lunette.core.boot.BootIdentity;
import io.lunette.core.boot.NetworkBoot;
import io.lunette.core.server.MacAddress;
import io.lunette.core.server.SerialNumber;
import io.lunette.core.volume.InitiatorName;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /boot/ipxe?mac=…|serial=…|iqn=…}: the script that boots a server. Nobody is
 * authenticated here, for firmware has no token; docs/booting.md says what that tells to whom. A
 * HEAD changes nothing. Thread-safe.
 */
public final class BootEndpoint {

  private static final Logger LOG = LoggerFactory.getLogger(BootEndpoint.class);
  private static final String PATH = "/boot/ipxe";
  private static final int WAIT_SECONDS = 5;
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,253}|\\[?[0-9a-fA-F:.]+]?");

  private final Vertx vertx;
  private final NetworkBoot boot;
  private final BootPortals portals;

  /** What is answered: a status and a text. */
  private record Text(int status, String body) {}

  /** A wrong request, with what is wrong with it. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  /**
   * An endpoint for the servers of one target.
   *
   * @param portals where the target listens
   */
  public BootEndpoint(Vertx vertx, NetworkBoot boot, Supplier<List<InetSocketAddress>> portals) {
    this.vertx = vertx;
    this.boot = boot;
    this.portals = new BootPortals(portals);
  }

  /** Puts it on a router, which may have other paths. */
  public void addTo(Router router) {
    router.route(PATH).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::handle);
  }

  private void handle(RoutingContext context) {
    vertx
        .executeBlocking(() -> answer(context), false)
        .onSuccess(text -> write(context, text))
        .onFailure(
            failure -> {
              LOG.error("{} {}", context.request().method(), context.request().path(), failure);
              write(context, new Text(500, "a defect in Lunette; its log says more\n"));
            });
  }

  private static void write(RoutingContext context, Text text) {
    if (!context.response().ended() && !context.response().closed()) {
      Buffer body = Buffer.buffer(text.body());
      context
          .response()
          .setStatusCode(text.status())
          .putHeader("Content-Type", "text/plain; charset=utf-8")
          .putHeader("Content-Length", Integer.toString(body.length()))
          .putHeader("Cache-Control", "no-store")
          .end(context.request().method().equals(HttpMethod.HEAD) ? Buffer.buffer() : body);
    }
  }

  private Text answer(RoutingContext context) {
    try {
      BootIdentity who = identity(context);
      boolean only = context.request().method().equals(HttpMethod.HEAD);
      BootAnswer answer = only ? boot.look(who) : boot.boot(who);
      return text(answer, context);
    } catch (RefusedException | IllegalArgumentException e) {
      return new Text(400, e.getMessage() + "\n");
    } catch (DomainException e) {
      LOG.warn("a server could not be told what to boot: {}", e.getMessage());
      return new Text(503, e.getMessage() + "\n");
    }
  }

  private Text text(BootAnswer answer, RoutingContext context) throws RefusedException {
    HostAndPort reached = reached(context);
    IpxeScript script =
        new IpxeScript("http://" + reached + PATH + "?" + query(context), WAIT_SECONDS);
    return switch (answer.kind()) {
      case UNKNOWN ->
          new Text(
              404,
              "no server has "
                  + ((BootAnswer.Unknown) answer).who()
                  + "; 'lunette server set NAME --mac M' or '--serial S' registers it\n");
      case WAIT -> new Text(200, script.waiting((BootAnswer.Wait) answer));
      case DISK ->
          new Text(200, script.disk((BootAnswer.Disk) answer, portals.reachedBy(reached.host())));
    };
  }

  /** The one parameter that says who asks. */
  private static BootIdentity identity(RoutingContext context) throws RefusedException {
    List<BootIdentity> said = new ArrayList<>();
    parameter(context, "mac", text -> new BootIdentity.ByMac(new MacAddress(text)))
        .ifPresent(said::add);
    parameter(context, "serial", text -> new BootIdentity.BySerial(new SerialNumber(text)))
        .ifPresent(said::add);
    parameter(context, "iqn", text -> new BootIdentity.ByInitiator(new InitiatorName(text)))
        .ifPresent(said::add);
    if (said.size() != 1) {
      throw new RefusedException(
          "say who boots by one of mac, serial or iqn, for example "
              + PATH
              + "?mac=52:54:00:12:34:56");
    }
    return said.get(0);
  }

  private static Optional<BootIdentity> parameter(
      RoutingContext context, String name, Function<String, BootIdentity> parse) {
    return Optional.ofNullable(context.request().getParam(name))
        .filter(text -> !text.isEmpty())
        .map(parse);
  }

  private static String query(RoutingContext context) {
    for (String name : List.of("mac", "serial", "iqn")) {
      String value = context.request().getParam(name);
      if (value != null && !value.isEmpty()) {
        return name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
      }
    }
    return "";
  }

  /** What the server reached us by: it goes into the script, so it may be a host and no more. */
  private static HostAndPort reached(RoutingContext context) throws RefusedException {
    HostAndPort said = context.request().authority();
    if (said == null) {
      return HostAndPort.create(
          context.request().localAddress().hostAddress(), context.request().localAddress().port());
    }
    if (!HOST.matcher(said.host()).matches()) {
      throw new RefusedException("the Host header names no host");
    }
    return said.port() > 0 ? said : HostAndPort.create(said.host(), 80);
  }
}
