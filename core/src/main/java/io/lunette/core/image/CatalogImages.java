/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.tenant.CatalogTenants;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;

/** The images in the catalog and their volumes in the driver. */
public final class CatalogImages implements Images, AutoCloseable {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ImageLedger ledger;
  private final CatalogTenants tenants;
  private final CatalogAuditTrail audit;
  private final List<ImageDependents> dependents;
  private final Runnable upkeep;
  private final ImageImporter importer;
  private final Executor workers;

  /**
   * Wires the service.
   *
   * @param upkeep asks for volumes to be deleted that could not be at once
   * @param workers runs imports
   */
  public CatalogImages(
      Catalog catalog,
      VolumeDriver driver,
      SparseRegions regions,
      ImageLedger ledger,
      CatalogTenants tenants,
      CatalogAuditTrail audit,
      List<ImageDependents> dependents,
      Runnable upkeep,
      Executor workers) {
    this.catalog = catalog;
    this.driver = driver;
    this.ledger = ledger;
    this.tenants = tenants;
    this.audit = audit;
    this.dependents = List.copyOf(dependents);
    this.upkeep = upkeep;
    this.importer = new ImageImporter(catalog, driver, regions, ledger, upkeep);
    this.workers = workers;
  }

  @Override
  public Job<Image> importRaw(Actor actor, ImageImport request) throws DomainException {
    RawImageFile file = RawImageFile.check(request.file());
    VolumeName volume = new VolumeName(ImageLedger.VOLUME_PREFIX + request.name());
    requireNoVolume(volume);
    Image image =
        catalog.change(
            transaction -> {
              requireFree(transaction, request.name(), volume);
              if (request.tenant().isPresent()) {
                tenants.ensure(transaction, actor, request.tenant().get());
              }
              Image begun =
                  new Image(
                      new ImageId(UUID.randomUUID()),
                      request.name(),
                      request.tenant(),
                      volume,
                      file.volumeBytes(),
                      Optional.empty(),
                      request.provenance(),
                      ImageState.IMPORTING,
                      transaction.now());
              ledger.insert(transaction, begun);
              audit.record(
                  transaction,
                  actor,
                  "image.import",
                  request.name().value(),
                  file.fileBytes() + " bytes from " + request.provenance());
              return begun;
            });
    ImageImportJob job = importer.begin(image, file);
    workers.execute(job);
    return job;
  }

  private void requireFree(Transaction transaction, ImageName name, VolumeName volume)
      throws DomainException {
    Optional<Image> there = ledger.find(transaction, name);
    if (there.isPresent()) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          there.get().state() == ImageState.IMPORTING
              ? "image '" + name + "' is being imported already"
              : "image '" + name + "' exists; delete it or use another name");
    }
    if (ledger.isVolumePending(transaction, volume)) {
      upkeep.run();
      throw new DomainException(
          DomainException.Kind.BUSY,
          "the former image '" + name + "' is still being deleted; try again");
    }
  }

  /** A volume that the catalog does not know might hold anything: it is not written over. */
  private void requireNoVolume(VolumeName volume) throws DomainException {
    boolean known =
        catalog.read(
            transaction ->
                ledger.isVolumePending(transaction, volume)
                    || ledger.live(transaction).stream()
                        .anyMatch(image -> image.volume().equals(volume)));
    try {
      if (!known && driver.find(volume).isPresent()) {
        throw new DomainException(
            DomainException.Kind.CONFLICT,
            "a volume '" + volume + "' exists that is no image; use another image name");
      }
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  @Override
  public List<Image> list() throws DomainException {
    return catalog.read(ledger::live);
  }

  @Override
  public Optional<Image> find(ImageName name) throws DomainException {
    return catalog.read(transaction -> ledger.find(transaction, name));
  }

  @Override
  public Image get(ImageName name) throws DomainException {
    return catalog.read(transaction -> ledger.get(transaction, name));
  }

  @Override
  public void delete(Actor actor, ImageName name) throws DomainException {
    Image image =
        catalog.change(
            transaction -> {
              Image found = ledger.getAvailable(transaction, name);
              for (ImageDependents each : dependents) {
                each.letGo(transaction, actor, found);
              }
              ledger.move(transaction, found.id(), ImageState.AVAILABLE, ImageState.DELETED);
              audit.record(transaction, actor, "image.delete", name.value(), "");
              return found;
            });
    importer.deleteVolume(image);
    upkeep.run();
  }

  /** Ends imports under way and waits for them; they are undone. */
  @Override
  public void close() {
    importer.close();
  }
}
