/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.CatalogAuditTrail;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of an import, and which imports are under way. Thread-safe. */
final class ImageImporter implements ImageImportJob.Steps {

  private static final Logger LOG = LoggerFactory.getLogger(ImageImporter.class);

  private static final long END_SECONDS = 60;

  private final Catalog catalog;
  private final VolumeDriver driver;
  private final SparseRegions regions;
  private final ImageLedger ledger;
  private final ImagePublishing publishing;
  private final CatalogAuditTrail audit;
  private final ImageVolumes volumes;
  private final Runnable upkeep;
  private final Set<ImageImportJob> running = new HashSet<>();

  ImageImporter(
      Catalog catalog,
      VolumeDriver driver,
      SparseRegions regions,
      ImageLedger ledger,
      ImagePublishing publishing,
      CatalogAuditTrail audit,
      ImageVolumes volumes,
      Runnable upkeep) {
    this.catalog = catalog;
    this.driver = driver;
    this.regions = regions;
    this.ledger = ledger;
    this.publishing = publishing;
    this.audit = audit;
    this.volumes = volumes;
    this.upkeep = upkeep;
  }

  ImageImportJob begin(Actor actor, Image image, ImageParts parts, boolean publish) {
    ImageImportJob job = new ImageImportJob(actor, image, parts, publish, this);
    synchronized (running) {
      running.add(job);
    }
    return job;
  }

  @Override
  public ImportedImage run(ImageImportJob job) throws DomainException {
    Image image = job.image();
    try {
      String sha256 = copy(image.volume(), job.parts().writable(), job);
      job.next();
      Optional<String> sharedSha256 = Optional.empty();
      if (image.shared().isPresent()) {
        sharedSha256 =
            Optional.of(copy(image.shared().get().volume(), job.parts().shared().get(), job));
      }
      Optional<String> sharedDigest = sharedSha256;
      Optional<Image> same =
          catalog.change(
              transaction -> dropIfSame(transaction, job.actor(), image, sha256, sharedDigest));
      if (same.isPresent()) {
        deleteVolume(image);
        return new ImportedImage(same.get(), true);
      }
      for (VolumeName volume : image.volumes()) {
        driver.seal(volume);
      }
      Image made =
          catalog.change(transaction -> complete(transaction, job.actor(), image, job.publish()));
      upkeep.run();
      return new ImportedImage(made, false);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    }
  }

  private String copy(VolumeName volume, RawImageFile part, ImageImportJob job)
      throws DomainException, VolumeException {
    driver.create(volume, part.volumeBytes());
    try (BlockDevice device = driver.open(volume, AccessMode.READ_WRITE)) {
      return new RawImageCopy(part, regions, device, job).run();
    }
  }

  /** The current version, if it holds the same: then there is no need of another. */
  private Optional<Image> dropIfSame(
      Transaction transaction,
      Actor actor,
      Image begun,
      String sha256,
      Optional<String> sharedSha256)
      throws DomainException {
    ledger.setDigests(transaction, begun.id(), sha256, sharedSha256);
    Image image = ledger.get(transaction, begun.id());
    Optional<Image> same = ledger.current(transaction, image.name()).filter(image::isSameAs);
    if (same.isPresent()) {
      ledger.move(transaction, image.id(), ImageState.IMPORTING, ImageState.FAILED);
      audit.record(
          transaction,
          actor,
          "image.unchanged",
          same.get().ref().toString(),
          "it holds what was imported from " + image.provenance());
    }
    return same;
  }

  private Image complete(Transaction transaction, Actor actor, Image image, boolean publish)
      throws DomainException {
    ledger.move(transaction, image.id(), ImageState.IMPORTING, ImageState.AVAILABLE);
    if (publish) {
      publishing.publish(transaction, actor, ledger.get(transaction, image.id()));
    }
    return ledger.get(transaction, image.id());
  }

  /** Makes an image that was begun of a sealed volume; undoes it if that fails. */
  ImportedImage seal(Actor actor, Image image, ComposedImage request) throws DomainException {
    boolean made = false;
    try {
      Optional<Image> same =
          catalog.change(
              transaction ->
                  dropIfSame(transaction, actor, image, request.sha256(), Optional.empty()));
      if (same.isPresent()) {
        made = true;
        deleteVolume(image);
        return new ImportedImage(same.get(), true);
      }
      driver.clone(request.source(), List.of(image.volume()));
      driver.seal(image.volume());
      Image whole =
          catalog.change(transaction -> complete(transaction, actor, image, request.publish()));
      made = true;
      upkeep.run();
      return new ImportedImage(whole, false);
    } catch (VolumeException e) {
      throw DomainException.of(e);
    } finally {
      if (!made) {
        undo(image, "it could not be made of " + request.source());
      }
    }
  }

  @Override
  public void undo(ImageImportJob job, String why) {
    undo(job.image(), why);
  }

  private void undo(Image image, String why) {
    LOG.warn("import of image '{}' did not succeed: {}", image.ref(), why);
    try {
      catalog.change(
          transaction ->
              ledger.move(transaction, image.id(), ImageState.IMPORTING, ImageState.FAILED));
      deleteVolume(image);
    } catch (DomainException e) {
      LOG.warn("the next start undoes the import of image '{}'", image.ref(), e);
    }
  }

  /** Deletes the volumes of a DELETED or FAILED image now, or leaves that to the upkeep. */
  void deleteVolume(Image image) {
    try {
      volumes.delete(image);
    } catch (VolumeException | DomainException e) {
      LOG.warn("image '{}' is deleted later: {}", image.ref(), e.getMessage());
      upkeep.run();
    }
  }

  @Override
  public void ended(ImageImportJob job) {
    synchronized (running) {
      running.remove(job);
    }
  }

  /** Cancels what is under way and waits for its end. */
  void close() {
    List<ImageImportJob> jobs;
    synchronized (running) {
      jobs = new ArrayList<>(running);
    }
    jobs.forEach(ImageImportJob::cancel);
    for (ImageImportJob job : jobs) {
      try {
        job.result().toCompletableFuture().get(END_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | CancellationException | TimeoutException e) {
        LOG.debug("import of image '{}' was ended", job.image().ref(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
