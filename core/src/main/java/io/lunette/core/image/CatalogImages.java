/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.array.ArrayPlacement;
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
import java.util.concurrent.Executor;

/** The images in the catalog and their volumes in the driver. */
public final class CatalogImages implements Images, AutoCloseable {

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final ImageLedger ledger;
  private final CatalogTenants tenants;
  private final CatalogAuditTrail audit;
  private final ImagePublishing publishing;
  private final Runnable upkeep;
  private final ImageImporter importer;
  private final Executor workers;
  private final ArrayPlacement placement = new ArrayPlacement();

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
      ImageVolumes volumes,
      CatalogTenants tenants,
      CatalogAuditTrail audit,
      List<? extends ImageDependents> dependents,
      Runnable upkeep,
      Executor workers) {
    this.catalog = catalog;
    this.driver = driver;
    this.ledger = ledger;
    this.tenants = tenants;
    this.audit = audit;
    this.publishing = new ImagePublishing(ledger, audit, dependents);
    this.upkeep = upkeep;
    this.importer =
        new ImageImporter(catalog, driver, regions, ledger, publishing, audit, volumes, upkeep);
    this.workers = workers;
  }

  @Override
  public Job<ImportedImage> importRaw(Actor actor, ImageImport request) throws DomainException {
    ImageParts parts = ImageParts.of(request.source());
    ImagePlan planned = catalog.read(transaction -> plan(transaction, request, parts));
    for (VolumeName volume : planned.volumes()) {
      requireNoVolume(volume);
    }
    Image image = catalog.change(transaction -> begin(transaction, actor, request, planned, parts));
    ImageImportJob job = importer.begin(actor, image, parts, request.publish());
    workers.execute(job);
    return job;
  }

  private ImagePlan plan(Transaction transaction, ImageImport request, ImageParts parts)
      throws DomainException {
    return ImagePlan.of(
        transaction, ledger, request.name(), request.tenant(), parts.shared().isPresent());
  }

  private Image begin(
      Transaction transaction,
      Actor actor,
      ImageImport request,
      ImagePlan planned,
      ImageParts parts)
      throws DomainException {
    ImagePlan plan = settled(transaction, actor, plan(transaction, request, parts), planned);
    Image begun =
        new Image(
            plan.id(),
            plan.series(),
            request.name(),
            plan.version(),
            plan.tenant(),
            plan.volume(),
            parts.writable().volumeBytes(),
            Optional.empty(),
            parts
                .shared()
                .map(
                    shared ->
                        new SharedPortion(
                            plan.sharedVolume(), shared.volumeBytes(), Optional.empty())),
            request.provenance(),
            Optional.empty(),
            request.labels(),
            ImageState.IMPORTING,
            false,
            transaction.now());
    ledger.insert(transaction, begun);
    if (request.array().isPresent()) {
      for (VolumeName each : begun.volumes()) {
        placement.place(transaction, each, request.array().get());
      }
    }
    audit.record(
        transaction,
        actor,
        "image.import",
        begun.ref().toString(),
        parts.bytes() + " bytes from " + request.provenance());
    return begun;
  }

  /** The plan, if it is still what was planned and its volumes can be made. */
  private ImagePlan settled(Transaction transaction, Actor actor, ImagePlan plan, ImagePlan planned)
      throws DomainException {
    if (plan.version() != planned.version()) {
      throw new DomainException(
          DomainException.Kind.CONFLICT, "another version was imported meanwhile; repeat the call");
    }
    for (VolumeName volume : plan.volumes()) {
      requireFree(transaction, volume);
    }
    if (plan.tenant().isPresent()) {
      tenants.ensure(transaction, actor, plan.tenant().get());
    }
    return plan;
  }

  /**
   * Makes the next version of a name of a volume that was composed; a crash undoes it. If the
   * current version holds the same, nothing is made.
   *
   * @throws DomainException as an import
   */
  public ImportedImage compose(Actor actor, ComposedImage request) throws DomainException {
    ImagePlan planned = catalog.read(transaction -> plan(transaction, request));
    for (VolumeName volume : planned.volumes()) {
      requireNoVolume(volume);
    }
    Image image =
        catalog.change(transaction -> beginComposed(transaction, actor, request, planned));
    return importer.seal(actor, image, request);
  }

  private ImagePlan plan(Transaction transaction, ComposedImage request) throws DomainException {
    return ImagePlan.of(transaction, ledger, request.name(), request.tenant(), false);
  }

  private Image beginComposed(
      Transaction transaction, Actor actor, ComposedImage request, ImagePlan planned)
      throws DomainException {
    ImagePlan plan = settled(transaction, actor, plan(transaction, request), planned);
    Image begun =
        new Image(
            plan.id(),
            plan.series(),
            request.name(),
            plan.version(),
            plan.tenant(),
            plan.volume(),
            request.sizeBytes(),
            Optional.empty(),
            Optional.empty(),
            request.provenance(),
            Optional.of(request.recipe()),
            ImageLabels.NONE,
            ImageState.IMPORTING,
            false,
            transaction.now());
    ledger.insert(transaction, begun);
    audit.record(transaction, actor, "image.compose", begun.ref().toString(), request.provenance());
    return begun;
  }

  private void requireFree(Transaction transaction, VolumeName volume) throws DomainException {
    if (ledger.isVolumePending(transaction, volume)) {
      upkeep.run();
      throw new DomainException(
          DomainException.Kind.BUSY, "volume '" + volume + "' is still being deleted; try again");
    }
  }

  /** A volume that the catalog does not know might hold anything: it is not written over. */
  private void requireNoVolume(VolumeName volume) throws DomainException {
    boolean known =
        catalog.read(
            transaction ->
                ledger.isVolumePending(transaction, volume)
                    || ledger.live(transaction).stream()
                        .anyMatch(image -> image.volumes().contains(volume)));
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
  public Optional<Image> find(ImageRef ref) throws DomainException {
    return catalog.read(transaction -> ledger.find(transaction, ref));
  }

  @Override
  public Image get(ImageRef ref) throws DomainException {
    return catalog.read(transaction -> ledger.get(transaction, ref));
  }

  @Override
  public Image publish(Actor actor, ImageRef ref) throws DomainException {
    Image published =
        catalog.change(
            transaction -> {
              Image image = ledger.get(transaction, ref);
              publishing.publish(transaction, actor, image);
              return ledger.get(transaction, image.id());
            });
    upkeep.run();
    return published;
  }

  @Override
  public Image retire(Actor actor, ImageRef ref) throws DomainException {
    Image retired =
        catalog.change(
            transaction -> {
              Image image = ledger.get(transaction, ref);
              publishing.retire(transaction, actor, image);
              return ledger.get(transaction, image.id());
            });
    upkeep.run();
    return retired;
  }

  @Override
  public Image label(Actor actor, ImageRef ref, ImageLabels labels) throws DomainException {
    return catalog.change(
        transaction -> {
          Image image = ledger.get(transaction, ref);
          ledger.setLabels(transaction, image.id(), image.labels().with(labels));
          audit.record(
              transaction,
              actor,
              "image.label",
              image.ref().toString(),
              labels.text().replace('\n', ' '));
          return ledger.get(transaction, image.id());
        });
  }

  @Override
  public void delete(Actor actor, ImageRef ref) throws DomainException {
    List<Image> deleted = catalog.change(transaction -> delete(transaction, actor, ref));
    deleted.forEach(importer::deleteVolume);
    upkeep.run();
  }

  private List<Image> delete(Transaction transaction, Actor actor, ImageRef ref)
      throws DomainException {
    Image named = ledger.get(transaction, ref);
    List<Image> images = List.of(named);
    if (ref.version().isPresent()) {
      publishing.requireReplaceable(transaction, named);
    } else {
      images = ledger.versions(transaction, ref.name());
    }
    for (Image image : images) {
      publishing.delete(transaction, actor, image);
    }
    return images;
  }

  /** Ends imports under way and waits for them; they are undone. */
  @Override
  public void close() {
    importer.close();
  }
}
