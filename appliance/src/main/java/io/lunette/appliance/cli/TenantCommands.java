/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.appliance.cli.PathCommand.Named;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.config.ByteSize;
import io.lunette.core.tenant.TenantName;
import io.netty.handler.codec.http.QueryStringEncoder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code lunette tenant}: customers and applications, and what they may have. */
final class TenantCommands {

  private static final String NONE = "none";

  private static final Named TENANT = Named.name(TenantName.class, "The tenant.");

  private TenantCommands() {}

  static CommandLine create(Session session) {
    return Commands.group("Tenants: customers and applications.")
        .addSubcommand("add", new Add(session))
        .addSubcommand(
            "list",
            PathCommand.list(
                session,
                "List tenants, what they have and what they may have.",
                "/tenants",
                new Table()
                    .text("NAME", "name")
                    .text("KIND", "kind")
                    .number("SERVERS", "servers")
                    .number("MAX", "maxServers")
                    .size("SPACE", "spaceBytes")
                    .cell("MAX", true, tenant -> bound(tenant, "maxSpaceBytes"))
                    .text("CREATED", "created")))
        .addSubcommand("show", PathCommand.show(session, "Show a tenant.", "/tenants", TENANT))
        .addSubcommand("set", new Set(session))
        .addSubcommand("usage", new Usage(session))
        .addSubcommand(
            "remove",
            PathCommand.remove(
                session,
                "Remove a tenant that has no images, no servers and no data left.",
                "/tenants",
                TENANT));
  }

  /** What can be said of a tenant; a bound is a number or the word {@code none}. */
  static final class Terms {

    @Option(names = "--kind", paramLabel = "K", description = "customer or application.")
    private String kind;

    @Option(
        names = "--max-servers",
        paramLabel = "N",
        converter = ServersBound.class,
        description = "Servers that may hold a replica for it at one time; none is no bound.")
    private Object maxServers;

    @Option(
        names = "--max-space",
        paramLabel = "S",
        converter = SpaceBound.class,
        description =
            "Space of its replicas from which on it gets no more of them; none is no bound.")
    private Object maxSpace;

    void addTo(Map<String, Object> body) {
      body.put("kind", kind);
      body.put("maxServers", maxServers);
      body.put("maxSpace", maxSpace);
    }
  }

  /** Reads a number of servers, or none. */
  static final class ServersBound implements ITypeConverter<Object> {
    @Override
    public Object convert(String text) {
      if (text.equals(NONE)) {
        return NONE;
      }
      try {
        return Integer.parseInt(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is neither a number nor none");
      }
    }
  }

  /** Reads a size, or none. */
  static final class SpaceBound implements ITypeConverter<Object> {
    @Override
    public Object convert(String text) {
      try {
        return text.equals(NONE) ? NONE : (Object) ByteSize.parse(text).bytes();
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage() + "; or none");
      }
    }
  }

  private static String bound(JsonNode tenant, String field) {
    JsonNode most = tenant.path(field);
    return most.isNull() ? "-" : new ByteSize(most.asLong()).forPeople();
  }

  @Command(description = "Add a tenant; an allocation that first names one adds a customer.")
  static final class Add extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "What to call the tenant.")
    private TenantName name;

    @Mixin private Terms terms;

    Add(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name.value());
      terms.addTo(body);
      session().print(api.post("/tenants", body), new Details());
    }
  }

  @Command(description = "Show what a tenant used: which servers, with which image, how long.")
  static final class Usage extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The tenant.")
    private TenantName name;

    @Option(
        names = "--since",
        paramLabel = "T",
        description = "From this time on (30d): 2026-11-26T12:00:00Z, or how long ago, 90s, 2h.")
    private AuditTime since;

    @Option(names = "--until", paramLabel = "T", description = "Up to this time (now).")
    private AuditTime until;

    Usage(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Instant now = InstantSource.system().instant();
      QueryStringEncoder path = new QueryStringEncoder("/tenants/" + name + "/usage");
      if (since != null) {
        path.addParam("since", since.at(now).toString());
      }
      if (until != null) {
        path.addParam("until", until.at(now).toString());
      }
      session()
          .print(
              api.get(path.toString()),
              new Table()
                  .text("SERVER", "server")
                  .text("IMAGE", "image")
                  .number("ALLOCATIONS", "allocations")
                  .number("SECONDS", "seconds"));
    }
  }

  @Command(description = "Change what a tenant is and what it may have.")
  static final class Set extends ApiCommand {

    @Parameters(paramLabel = "NAME", description = "The tenant.")
    private TenantName name;

    @Mixin private Terms terms;

    Set(Session session) {
      super(session);
    }

    @Override
    void run(ApiClient api) throws ApiException, CommandFailure {
      Map<String, Object> body = new LinkedHashMap<>();
      terms.addTo(body);
      session().print(api.put("/tenants/" + name, body), new Details());
    }
  }
}
