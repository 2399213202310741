/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;

/** The images in a transaction under way. Stateless, so thread-safe. */
public final class ImageLedger {

  /** What the names of images' volumes begin with. */
  public static final String VOLUME_PREFIX = "image-";

  private static final String LIVE = "state IN ('IMPORTING', 'AVAILABLE')";

  /** All images that are not deleted or failed, by name. */
  public List<Image> live(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM image WHERE " + LIVE + " ORDER BY name", ImageLedger::image);
  }

  /** The image of that name that is not deleted or failed. */
  public Optional<Image> find(Transaction transaction, ImageName name) throws DomainException {
    return transaction.first(
        "SELECT * FROM image WHERE name = ? AND " + LIVE, ImageLedger::image, name.value());
  }

  /** An image in whatever state. */
  public Image get(Transaction transaction, ImageId id) throws DomainException {
    return transaction
        .first("SELECT * FROM image WHERE id = ?", ImageLedger::image, id.value())
        .orElseThrow(() -> new IllegalStateException("image " + id + " is not in the catalog"));
  }

  /**
   * @throws DomainException NOT_FOUND
   */
  public Image get(Transaction transaction, ImageName name) throws DomainException {
    return find(transaction, name)
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.NOT_FOUND,
                    "there is no image '" + name + "'; 'image import' makes one"));
  }

  /**
   * An image that replicas can be made of.
   *
   * @throws DomainException NOT_FOUND; BUSY while it is imported
   */
  public Image getAvailable(Transaction transaction, ImageName name) throws DomainException {
    Image image = get(transaction, name);
    if (image.state() != ImageState.AVAILABLE) {
      throw new DomainException(
          DomainException.Kind.BUSY, "image '" + name + "' is still being imported");
    }
    return image;
  }

  void insert(Transaction transaction, Image image) throws DomainException {
    transaction.update(
        "INSERT INTO image (id, name, tenant, volume, size_bytes, provenance, state, volume_gone,"
            + " created) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)",
        image.id().value(),
        image.name().value(),
        image.tenant().map(TenantName::value),
        image.volume().value(),
        image.sizeBytes(),
        image.provenance(),
        image.state(),
        image.created());
  }

  /** Moves an image from one state to another; whether it was in the first. */
  public boolean move(Transaction transaction, ImageId id, ImageState from, ImageState to)
      throws DomainException {
    return transaction.update(
            "UPDATE image SET state = ? WHERE id = ? AND state = ?", to, id.value(), from)
        == 1;
  }

  void setDigest(Transaction transaction, ImageId id, String sha256) throws DomainException {
    transaction.update("UPDATE image SET sha256 = ? WHERE id = ?", sha256, id.value());
  }

  /** Images whose import was begun. */
  public List<Image> importing(Transaction transaction) throws DomainException {
    return transaction.query("SELECT * FROM image WHERE state = 'IMPORTING'", ImageLedger::image);
  }

  /** DELETED and FAILED images whose volumes have still to be deleted. */
  public List<Image> volumesToDelete(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM image WHERE state IN ('DELETED', 'FAILED') AND volume_gone = 0",
        ImageLedger::image);
  }

  /** Records that the volume of an image has been deleted. */
  public void markVolumeGone(Transaction transaction, ImageId id) throws DomainException {
    transaction.update("UPDATE image SET volume_gone = 1 WHERE id = ?", id.value());
  }

  /** Whether a volume of that name has still to be deleted, so that the name is not free yet. */
  boolean isVolumePending(Transaction transaction, VolumeName volume) throws DomainException {
    return volumesToDelete(transaction).stream().anyMatch(image -> image.volume().equals(volume));
  }

  private static Image image(Row row) throws DomainException {
    return new Image(
        ImageId.parse(row.text("id")),
        new ImageName(row.text("name")),
        row.optionalText("tenant").map(TenantName::new),
        new VolumeName(row.text("volume")),
        row.number("size_bytes"),
        row.optionalText("sha256"),
        row.text("provenance"),
        row.constant("state", ImageState.class),
        row.instant("created"));
  }
}
