/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.appliance.ImageFormat;
import io.lunette.appliance.VolumeCopies;
import io.lunette.core.DomainException;
import io.lunette.core.array.ArrayName;
import io.lunette.core.array.Arrays;
import io.lunette.core.mapping.ManualMapping;
import io.lunette.core.mapping.ManualMappings;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.scrub.CertifiedErase;
import io.lunette.core.scrub.Erasures;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Volumes by hand. */
final class VolumeRoutes implements RouteSet {

  private final VolumeDriver driver;
  private final Erasures erasures;
  private final ManualMappings mappings;
  private final VolumeGuard guard;
  private final JobRegistry jobs;
  private final VolumeCopies copies;
  private final Arrays arrays;
  private final OutsideChanges changes;

  VolumeRoutes(
      VolumeDriver driver,
      Erasures erasures,
      ManualMappings mappings,
      VolumeGuard guard,
      JobRegistry jobs,
      VolumeCopies copies,
      Arrays arrays,
      OutsideChanges changes) {
    this.driver = driver;
    this.erasures = erasures;
    this.mappings = mappings;
    this.guard = guard;
    this.jobs = jobs;
    this.copies = copies;
    this.arrays = arrays;
    this.changes = changes;
  }

  /** A volume as callers see it; what it holds is null while its array does not say. */
  record View(
      String name,
      String uuid,
      long sizeBytes,
      int blockBytes,
      Long allocatedBytes,
      String origin,
      String state,
      boolean encrypted) {

    static View of(VolumeInfo volume) {
      return new View(
          volume.name().value(),
          volume.uuid().toString(),
          volume.sizeBytes(),
          volume.blockBytes(),
          volume.allocated().isPresent() ? volume.allocatedBytes() : null,
          volume.origin().map(VolumeName::value).orElse(null),
          volume.state().name(),
          volume.encrypted());
    }
  }

  /** A mapping as callers see it. */
  record Mapping(
      String volume,
      String initiator,
      int lun,
      String mode,
      String portal,
      String target,
      String url) {

    static Mapping of(LunMapping mapping) {
      return new Mapping(
          mapping.volume().value(),
          mapping.initiator().value(),
          mapping.lun(),
          mapping.mode().name(),
          mapping.portal(),
          mapping.target(),
          mapping.url());
    }
  }

  /** A mapping made by hand, as it is kept. */
  record Kept(String volume, String server, int lun, String mode, String since) {

    static Kept of(ManualMapping mapping) {
      return new Kept(
          mapping.volume().value(),
          mapping.server().value(),
          mapping.lun(),
          mapping.mode().name(),
          mapping.since().toString());
    }
  }

  @Override
  public void addTo(Routes routes) {
    routes.get("/volumes", call -> Reply.ok(driver.list().stream().map(View::of).toList()));
    routes.post("/volumes", this::create);
    routes.get("/volumes/:name", this::get);
    routes.delete("/volumes/:name", this::delete);
    routes.post("/volumes/:name/clones", this::cloneVolume);
    routes.post("/volumes/:name/seal", this::seal);
    routes.post("/volumes/:name/snapshots", this::snapshot);
    routes.post("/volumes/:name/rollback", this::rollback);
    routes.put("/volumes/:name/size", this::resize);
    routes.post("/volumes/:name/erase", this::erase);
    routes.post("/volumes/:name/import", this::importVolume);
    routes.post("/volumes/:name/export", this::exportVolume);
    routes.get("/mappings", call -> Reply.ok(mappings.list().stream().map(Kept::of).toList()));
    routes.post("/volumes/:name/mappings", this::map);
    routes.delete("/volumes/:name/mappings/:server", this::unmap);
  }

  private Reply create(Call call) throws Exception {
    VolumeName name = guard.changeable(call.text("name"));
    int blockBytes = call.optionalInt("blockBytes").orElse(VolumeInfo.DEFAULT_BLOCK_BYTES);
    Optional<ArrayName> array = call.optional("array", ArrayName::new);
    long sizeBytes = call.size("sizeBytes");
    boolean encrypt = call.flag("encrypt");
    Making making =
        () ->
            encrypt
                ? driver.createEncrypted(name, sizeBytes, blockBytes)
                : driver.create(name, sizeBytes, blockBytes);
    String detail = sizeBytes + " bytes" + array.map(each -> " on array " + each).orElse("");
    VolumeClaims.Claim claim = copies.claims().take(name);
    try {
      return Reply.created(
          View.of(change(call, "create", name, detail, () -> on(array, name, making))));
    } finally {
      claim.close();
    }
  }

  private <T> T change(
      Call call, String what, VolumeName volume, String detail, OutsideChanges.Change<T> change)
      throws Exception {
    return changes.make(call.actor(), "volume." + what, volume.value(), detail, change);
  }

  /** Makes a volume. */
  private interface Making {
    VolumeInfo make() throws VolumeException;
  }

  /** Makes a volume on that array, if one is named. */
  private VolumeInfo on(Optional<ArrayName> array, VolumeName name, Making making)
      throws DomainException, VolumeException {
    if (array.isPresent()) {
      arrays.place(name, array.get());
    }
    try {
      return making.make();
    } catch (VolumeException e) {
      if (array.isPresent() && driver.find(name).isEmpty()) {
        driver.delete(name);
      }
      throw e;
    }
  }

  private Reply get(Call call) throws VolumeException {
    VolumeName name = named(call);
    return Reply.ok(View.of(driver.find(name).orElseThrow(() -> unknown(name))));
  }

  private Reply delete(Call call) throws Exception {
    VolumeName name = changeable(call);
    if (driver.find(name).isEmpty()) {
      throw unknown(name);
    }
    change(
        call,
        "delete",
        name,
        "",
        () -> {
          driver.delete(name);
          return null;
        });
    return Reply.nothing();
  }

  private Reply cloneVolume(Call call) throws Exception {
    VolumeName clone = guard.changeable(call.text("name"));
    boolean encrypt = call.flag("encrypt");
    VolumeName source = named(call);
    if (call.flag("full")) {
      Job<VolumeInfo> copy =
          derive(
              call,
              "copy",
              clone,
              () -> encrypt ? driver.copyEncrypted(source, clone) : driver.copy(source, clone));
      return Reply.accepted(jobs.add("volume-copy", clone.value(), copy, View::of));
    }
    List<VolumeName> names = List.of(clone);
    List<VolumeInfo> made =
        derive(
            call,
            "clone",
            clone,
            () -> encrypt ? driver.cloneEncrypted(source, names) : driver.clone(source, names));
    return Reply.created(View.of(made.get(0)));
  }

  /** Makes a volume of the one that a call names; neither is being filled. */
  private <T> T derive(Call call, String what, VolumeName made, OutsideChanges.Change<T> change)
      throws Exception {
    VolumeName source = named(call);
    VolumeClaims.Claim claim = copies.claims().takeFrom(source, made);
    try {
      return change(call, what, made, "of " + source, change);
    } finally {
      claim.close();
    }
  }

  private Reply seal(Call call) throws Exception {
    VolumeName name = free(call);
    return Reply.ok(View.of(change(call, "seal", name, "", () -> driver.seal(name))));
  }

  private Reply snapshot(Call call) throws Exception {
    VolumeName snapshot = guard.changeable(call.text("name"));
    VolumeName source = named(call);
    return Reply.created(
        View.of(derive(call, "snapshot", snapshot, () -> driver.snapshot(source, snapshot))));
  }

  private Reply rollback(Call call) throws Exception {
    VolumeName snapshot = new VolumeName(call.text("snapshot"));
    VolumeName name = free(call);
    return Reply.ok(
        View.of(
            change(
                call, "rollback", name, "to " + snapshot, () -> driver.rollback(name, snapshot))));
  }

  private Reply resize(Call call) throws Exception {
    VolumeName name = free(call);
    long sizeBytes = call.size("sizeBytes");
    return Reply.ok(
        View.of(
            change(
                call,
                "resize",
                name,
                "to " + sizeBytes + " bytes",
                () -> driver.resize(name, sizeBytes))));
  }

  private Reply erase(Call call) throws Exception {
    VolumeName name = free(call);
    EraseRequest request = EraseFields.request(call);
    Job<CertifiedErase> job =
        change(
            call,
            "erase",
            name,
            "by " + request.method().label(),
            () -> erasures.erase(call.actor(), name, request));
    return Reply.accepted(VolumeErases.add(jobs, name, job));
  }

  private Reply importVolume(Call call) throws Exception {
    VolumeName name = changeable(call);
    Path file = Path.of(call.text("file"));
    Optional<ArrayName> array = call.optional("array", ArrayName::new);
    if (array.isPresent()) {
      arrays.require(array.get());
    }
    ImageFormat format =
        ImageFormat.toRead(call.optional("format", ImageFormat::parse), List.of(file));
    Job<VolumeInfo> job =
        change(
            call,
            "import",
            name,
            "of " + file,
            () ->
                copies.importFile(
                    name,
                    file,
                    format,
                    (volume, bytes) -> on(array, volume, () -> driver.create(volume, bytes))));
    return Reply.accepted(jobs.add("volume-import", name.value(), job, View::of));
  }

  private Reply exportVolume(Call call) throws Exception {
    VolumeName name = named(call);
    Path file = Path.of(call.text("file"));
    ImageFormat format = format(call);
    Job<VolumeInfo> job =
        change(call, "export", name, "to " + file, () -> copies.exportFile(name, file, format));
    return Reply.accepted(jobs.add("volume-export", name.value(), job, View::of));
  }

  private static ImageFormat format(Call call) throws BadRequestException {
    return call.optional("format", ImageFormat::parse).orElse(ImageFormat.RAW);
  }

  private Reply map(Call call) throws Exception {
    AccessMode mode = call.flag("readOnly") ? AccessMode.READ_ONLY : AccessMode.READ_WRITE;
    LunMapping mapping =
        mappings.map(
            call.actor(),
            named(call),
            new ServerName(call.text("server")),
            call.optionalInt("lun"),
            mode);
    return Reply.created(Mapping.of(mapping));
  }

  private Reply unmap(Call call) throws DomainException {
    mappings.unmap(call.actor(), named(call), new ServerName(call.path("server")));
    return Reply.nothing();
  }

  private static VolumeName named(Call call) {
    return new VolumeName(call.path("name"));
  }

  private VolumeName changeable(Call call) throws DomainException {
    return guard.changeable(call.path("name"));
  }

  /** One that nobody fills, nor what a cut-off import left: that is deleted, however it is used. */
  private VolumeName free(Call call) throws DomainException {
    VolumeName name = changeable(call);
    copies.claims().requireFree(name);
    return name;
  }

  private static VolumeException unknown(VolumeName name) {
    return new VolumeException(VolumeException.Kind.NOT_FOUND, "no volume '" + name + "'");
  }
}
