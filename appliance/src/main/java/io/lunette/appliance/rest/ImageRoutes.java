/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.ImageFormat;
import io.lunette.appliance.ImageImports;
import io.lunette.core.DomainException;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.Images;
import io.lunette.core.tenant.TenantName;
import java.nio.file.Path;
import java.util.Optional;

/** Master images. */
final class ImageRoutes implements RouteSet {

  private final Images images;
  private final ImageImports imports;
  private final JobRegistry jobs;

  ImageRoutes(Images images, ImageImports imports, JobRegistry jobs) {
    this.images = images;
    this.imports = imports;
    this.jobs = jobs;
  }

  /** An image as callers see it. */
  record View(
      String name,
      String id,
      String tenant,
      String state,
      long sizeBytes,
      String sha256,
      String provenance,
      String volume,
      String created) {

    static View of(Image image) {
      return new View(
          image.name().value(),
          image.id().toString(),
          image.tenant().map(TenantName::value).orElse(null),
          image.state().name(),
          image.sizeBytes(),
          image.sha256().orElse(null),
          image.provenance(),
          image.volume().value(),
          image.created().toString());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/images", call -> Reply.ok(images.list().stream().map(View::of).toList()));
    routes.post("/images", this::importImage);
    routes.get(
        "/images/:name", call -> Reply.ok(View.of(images.get(new ImageName(call.path("name"))))));
    routes.delete("/images/:name", this::delete);
  }

  private Reply importImage(Call call) throws BadRequestException, DomainException {
    ImageName name = new ImageName(call.text("name"));
    Path file = Path.of(call.text("file"));
    if (!file.isAbsolute()) {
      throw new BadRequestException("the file '" + file + "' is not an absolute path");
    }
    Optional<TenantName> tenant = call.optional("tenant", TenantName::new);
    ImageFormat format = call.optional("format", ImageFormat::parse).orElse(ImageFormat.RAW);
    ImageImport request = new ImageImport(name, tenant, file, file.toString());
    return Reply.accepted(
        jobs.add(
            "image-import", name.value(), imports.start(call.actor(), request, format), View::of));
  }

  private Reply delete(Call call) throws DomainException {
    images.delete(call.actor(), new ImageName(call.path("name")));
    return Reply.nothing();
  }
}
