/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocations;
import io.lunette.core.allocation.MeteredUse;
import io.lunette.core.allocation.TenantUsage;
import io.lunette.core.tenant.Tenant;
import io.lunette.core.tenant.TenantChange;
import io.lunette.core.tenant.TenantKind;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.tenant.TenantQuota;
import io.lunette.core.tenant.Tenants;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Tenants, what they have and what they may have. */
final class TenantRoutes implements RouteSet {

  private static final String NONE = "none";
  private static final Duration BILLED = Duration.ofDays(30);

  private final Tenants tenants;
  private final Allocations allocations;
  private final InstantSource clock = InstantSource.system();

  TenantRoutes(Tenants tenants, Allocations allocations) {
    this.tenants = tenants;
    this.allocations = allocations;
  }

  /** A tenant as callers see it; a bound is null where there is none. */
  record View(
      String name,
      String kind,
      int servers,
      Integer maxServers,
      long spaceBytes,
      Long maxSpaceBytes,
      String created) {

    static View of(Tenant tenant, TenantUsage usage) {
      OptionalInt servers = tenant.quota().serversMax();
      OptionalLong space = tenant.quota().spaceMaxBytes();
      return new View(
          tenant.name().value(),
          tenant.kind().name(),
          usage.servers(),
          servers.isPresent() ? servers.getAsInt() : null,
          usage.spaceBytes(),
          space.isPresent() ? space.getAsLong() : null,
          tenant.created().toString());
    }
  }

  /** What a server was used for, as callers see it. */
  record Use(String server, String image, int allocations, long seconds) {

    static Use of(MeteredUse use) {
      return new Use(
          use.server().value(), use.image().value(), use.allocations(), use.held().toSeconds());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/tenants", call -> list());
    routes.post("/tenants", this::add);
    routes.get("/tenants/:name", this::get);
    routes.put("/tenants/:name", this::set);
    routes.get("/tenants/:name/usage", this::usage);
    routes.delete("/tenants/:name", this::remove);
  }

  private Reply list() throws DomainException {
    Map<TenantName, TenantUsage> usages = allocations.usages();
    return Reply.ok(
        tenants.list().stream()
            .map(tenant -> View.of(tenant, usages.getOrDefault(tenant.name(), TenantUsage.NONE)))
            .toList());
  }

  private Reply add(Call call) throws BadRequestException, DomainException {
    Tenant tenant =
        tenants.create(
            call.actor(),
            new TenantName(call.text("name")),
            call.optional("kind", TenantRoutes::kind).orElse(TenantKind.CUSTOMER),
            new TenantQuota(
                servers(call).orElse(OptionalInt.empty()),
                space(call).orElse(OptionalLong.empty())));
    return Reply.created(view(tenant));
  }

  private Reply get(Call call) throws DomainException {
    return Reply.ok(view(tenant(name(call))));
  }

  private Tenant tenant(TenantName name) throws DomainException {
    return tenants
        .find(name)
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.NOT_FOUND, "there is no tenant '" + name + "'"));
  }

  /** Of the last 30 days, unless the caller says otherwise. */
  private Reply usage(Call call) throws DomainException {
    Tenant tenant = tenant(name(call));
    Instant until = call.query("until").map(Timestamp::parse).orElseGet(clock::instant);
    Instant from = call.query("since").map(Timestamp::parse).orElse(until.minus(BILLED));
    return Reply.ok(allocations.metered(tenant.name(), from, until).stream().map(Use::of).toList());
  }

  private Reply set(Call call) throws BadRequestException, DomainException {
    TenantChange change =
        new TenantChange(call.optional("kind", TenantRoutes::kind), servers(call), space(call));
    return Reply.ok(view(tenants.set(call.actor(), name(call), change)));
  }

  private Reply remove(Call call) throws DomainException {
    tenants.remove(call.actor(), name(call));
    return Reply.nothing();
  }

  private View view(Tenant tenant) throws DomainException {
    return View.of(tenant, allocations.usage(tenant.name()));
  }

  private static TenantName name(Call call) {
    return new TenantName(call.path("name"));
  }

  private static TenantKind kind(String text) {
    return Arrays.stream(TenantKind.values())
        .filter(kind -> kind.name().equals(text.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no kind of tenant '"
                        + text
                        + "': there are "
                        + Arrays.stream(TenantKind.values())
                            .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "))));
  }

  private static Optional<OptionalInt> servers(Call call) throws BadRequestException {
    if (call.isText("maxServers", NONE)) {
      return Optional.of(OptionalInt.empty());
    }
    OptionalInt most = call.optionalInt("maxServers");
    return most.isPresent() ? Optional.of(most) : Optional.empty();
  }

  private static Optional<OptionalLong> space(Call call) throws BadRequestException {
    if (call.isText("maxSpace", NONE)) {
      return Optional.of(OptionalLong.empty());
    }
    OptionalLong most = call.optionalSize("maxSpace");
    return most.isPresent() ? Optional.of(most) : Optional.empty();
  }
}
