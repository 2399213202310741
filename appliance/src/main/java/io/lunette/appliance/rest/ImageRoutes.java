/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.lunette.appliance.ImageExports;
import io.lunette.appliance.ImageFormat;
import io.lunette.appliance.ImageImports;
import io.lunette.core.DomainException;
import io.lunette.core.array.ArrayName;
import io.lunette.core.array.Arrays;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.ImageLabels;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.image.ImageSource;
import io.lunette.core.image.Images;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.image.SharedPortion;
import io.lunette.core.tenant.TenantName;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Master images and their versions; {@code :ref} is {@code NAME} or {@code NAME:VERSION}. */
final class ImageRoutes implements RouteSet {

  private final Images images;
  private final ImageImports imports;
  private final ImageExports exports;
  private final JobRegistry jobs;
  private final Arrays arrays;
  private final OutsideChanges changes;

  ImageRoutes(
      Images images,
      ImageImports imports,
      ImageExports exports,
      JobRegistry jobs,
      Arrays arrays,
      OutsideChanges changes) {
    this.images = images;
    this.arrays = arrays;
    this.changes = changes;
    this.imports = imports;
    this.exports = exports;
    this.jobs = jobs;
  }

  /** A version of an image as callers see it. */
  record View(
      String name,
      int version,
      boolean current,
      String id,
      String tenant,
      String state,
      long sizeBytes,
      String sha256,
      Shared shared,
      String provenance,
      @JsonRawValue String recipe,
      Map<String, String> labels,
      String volume,
      String created) {

    static View of(Image image) {
      return new View(
          image.name().value(),
          image.version(),
          image.current(),
          image.id().toString(),
          image.tenant().map(TenantName::value).orElse(null),
          image.state().name(),
          image.sizeBytes(),
          image.sha256().orElse(null),
          image.shared().map(Shared::of).orElse(null),
          image.provenance(),
          image.recipe().orElse(null),
          image.labels().values(),
          image.volume().value(),
          image.created().toString());
    }
  }

  /** The shared portion of a split image. */
  record Shared(String volume, long sizeBytes, String sha256) {

    static Shared of(SharedPortion shared) {
      return new Shared(shared.volume().value(), shared.sizeBytes(), shared.sha256().orElse(null));
    }
  }

  /** What an import came to; {@code unchanged} says that the current version held it before. */
  record Imported(@JsonUnwrapped View image, boolean unchanged) {

    static Imported of(ImportedImage imported) {
      return new Imported(View.of(imported.image()), imported.unchanged());
    }
  }

  /** A finished export. */
  record Exported(String name, int version, String file, String format, long sizeBytes) {}

  @Override
  public void addTo(Routes routes) {
    routes.get("/images", this::list);
    routes.post("/images", this::importImage);
    routes.get("/images/:ref", call -> Reply.ok(View.of(images.get(ref(call)))));
    routes.delete("/images/:ref", this::delete);
    routes.post(
        "/images/:ref/publish", call -> Reply.ok(View.of(images.publish(call.actor(), ref(call)))));
    routes.post(
        "/images/:ref/retire", call -> Reply.ok(View.of(images.retire(call.actor(), ref(call)))));
    routes.put(
        "/images/:ref/labels",
        call -> Reply.ok(View.of(images.label(call.actor(), ref(call), labels(call)))));
    routes.post("/images/:ref/export", this::export);
  }

  private Reply list(Call call) throws DomainException {
    ImageLabels wanted = ImageLabels.NONE;
    for (String label : call.queries("label")) {
      wanted = wanted.with(ImageLabels.parse(label));
    }
    ImageLabels all = wanted;
    return Pages.cut(
        call,
        images.list().stream().filter(image -> image.labels().contain(all)).toList(),
        image -> image.ref().toString(),
        View::of);
  }

  private Reply importImage(Call call) throws BadRequestException, DomainException {
    ImageName name = new ImageName(call.text("name"));
    ImageSource source =
        new ImageSource(
            file(call, "file"),
            call.optionalText("sharedFile").isPresent()
                ? Optional.of(file(call, "sharedFile"))
                : Optional.empty(),
            call.optionalInt("splitAt"));
    ImageFormat format =
        ImageFormat.toRead(call.optional("format", ImageFormat::parse), source.files());
    Optional<ArrayName> array = call.optional("array", ArrayName::new);
    if (array.isPresent()) {
      arrays.require(array.get());
    }
    ImageImport request =
        new ImageImport(
                name,
                call.optional("tenant", TenantName::new),
                source,
                provenance(source, format),
                labels(call),
                !call.flag("stage"))
            .on(array);
    return Reply.accepted(
        jobs.add(
            "image-import",
            name.value(),
            imports.start(call.actor(), request, format),
            Imported::of));
  }

  private Reply export(Call call) throws Exception {
    Image image = images.get(ref(call));
    Path file = file(call, "file");
    ImageFormat format = format(call);
    String label = format.name().toLowerCase(Locale.ROOT);
    boolean shared = call.flag("shared");
    return Reply.accepted(
        jobs.add(
            "image-export",
            image.ref().toString(),
            changes.make(
                call.actor(),
                "image.export",
                image.ref().toString(),
                (shared ? "its shared portion to " : "to ") + file,
                () -> exports.start(image, shared, file, format)),
            volume ->
                new Exported(
                    image.name().value(),
                    image.version(),
                    file.toString(),
                    label,
                    volume.sizeBytes())));
  }

  private Reply delete(Call call) throws DomainException {
    images.delete(call.actor(), ref(call));
    return Reply.nothing();
  }

  private static ImageRef ref(Call call) {
    return ImageRef.parse(call.path("ref"));
  }

  private static ImageLabels labels(Call call) throws BadRequestException {
    return ImageLabels.of(call.texts("labels"));
  }

  private static ImageFormat format(Call call) throws BadRequestException {
    return call.optional("format", ImageFormat::parse).orElse(ImageFormat.RAW);
  }

  private static String provenance(ImageSource source, ImageFormat format) {
    String text = source.file().toString();
    if (source.shared().isPresent()) {
      text = source.shared().get() + " (shared) and " + text + " (writable)";
    } else if (source.splitAt().isPresent()) {
      text = text + " split at partition " + source.splitAt().getAsInt();
    }
    return format == ImageFormat.RAW ? text : text + ", " + format.name().toLowerCase(Locale.ROOT);
  }

  private static Path file(Call call, String field) throws BadRequestException {
    Path file = Path.of(call.text(field));
    if (!file.isAbsolute()) {
      throw new BadRequestException("the file '" + file + "' is not an absolute path");
    }
    return file;
  }
}
