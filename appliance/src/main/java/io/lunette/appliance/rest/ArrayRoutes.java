/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.array.ArrayDescription;
import io.lunette.core.array.ArrayName;
import io.lunette.core.array.ArrayStatus;
import io.lunette.core.array.ArrayTrust;
import io.lunette.core.array.Arrays;
import io.lunette.core.array.StorageArray;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Foreign arrays. */
final class ArrayRoutes implements RouteSet {

  private final Arrays arrays;

  ArrayRoutes(Arrays arrays) {
    this.arrays = arrays;
  }

  /** An array as callers see it; the password is in no answer. */
  record View(
      String name,
      String url,
      String user,
      String passwordFile,
      String trust,
      String created,
      int volumes,
      String state,
      String trouble,
      String system,
      String label,
      String namespace,
      String copies,
      String masking,
      List<String> erasure,
      boolean indications,
      List<String> targets,
      List<Pool> pools,
      List<String> profiles) {

    static View of(ArrayStatus status) {
      StorageArray array = status.array();
      Optional<ArrayDescription> is = status.description();
      return new View(
          array.name().value(),
          array.url().toString(),
          array.user(),
          array.passwordFile().toString(),
          trust(array.trust()),
          array.created().toString(),
          status.volumes(),
          is.isPresent() ? "CONNECTED" : "UNREACHABLE",
          status.trouble().orElse(null),
          is.map(ArrayDescription::system).orElse(null),
          is.map(ArrayDescription::label).orElse(null),
          is.map(ArrayDescription::namespace).orElse(null),
          is.map(ArrayDescription::copies).orElse(null),
          is.map(ArrayDescription::masking).orElse(null),
          is.map(ArrayDescription::erasure).orElse(List.of()),
          is.map(ArrayDescription::indications).orElse(false),
          is.map(ArrayDescription::targets).orElse(List.of()),
          is.map(ArrayDescription::pools).orElse(List.of()).stream().map(Pool::of).toList(),
          is.map(ArrayDescription::profiles).orElse(List.of()));
    }

    private static String trust(ArrayTrust trust) {
      return trust.kind() == ArrayTrust.Kind.PIN ? "pin " + trust.value() : "CA";
    }
  }

  /** A pool of an array. */
  record Pool(String id, String label, long totalBytes, long remainingBytes, boolean used) {

    static Pool of(ArrayDescription.Pool pool) {
      return new Pool(
          pool.id(), pool.label(), pool.totalBytes(), pool.remainingBytes(), pool.used());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/arrays", call -> Reply.ok(arrays.list().stream().map(View::of).toList()));
    routes.post("/arrays", this::add);
    routes.get("/arrays/:name", call -> Reply.ok(View.of(arrays.get(name(call)))));
    routes.delete("/arrays/:name", this::remove);
  }

  private static ArrayName name(Call call) {
    return new ArrayName(call.path("name"));
  }

  private Reply add(Call call) throws BadRequestException, DomainException {
    StorageArray wanted =
        new StorageArray(
            new ArrayName(call.text("name")),
            URI.create(call.text("url")),
            call.text("user"),
            Path.of(call.text("passwordFile")),
            trust(call),
            call.optionalText("system"),
            call.optionalText("pool"),
            call.optionalText("listen"),
            Clock.systemUTC().instant().truncatedTo(ChronoUnit.MICROS));
    StorageArray added = arrays.add(call.actor(), wanted);
    return Reply.created(View.of(arrays.get(added.name())));
  }

  private static ArrayTrust trust(Call call) throws BadRequestException {
    Optional<String> pin = call.optionalText("pin");
    Optional<String> ca = call.optionalText("ca");
    if (pin.isPresent() == ca.isPresent()) {
      throw new BadRequestException(
          "an array's certificate is known by a pin or by a ca, and by one of them alone");
    }
    return pin.isPresent() ? ArrayTrust.pin(pin.get()) : ArrayTrust.ca(ca.get());
  }

  private Reply remove(Call call) throws DomainException {
    arrays.remove(call.actor(), name(call));
    return Reply.nothing();
  }
}
