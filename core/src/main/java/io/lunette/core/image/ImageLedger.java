/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Row;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.VolumeName;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The images in a transaction under way; but for one that is asked for by its id, those of the node
 * that makes it. Stateless, so thread-safe.
 */
public final class ImageLedger {

  /** What the names of images' volumes begin with. */
  public static final String VOLUME_PREFIX = "image-";

  private static final String LIVE = "state IN ('IMPORTING', 'AVAILABLE', 'RETIRED')";

  /** All versions that are not deleted or failed, by name and number. */
  public List<Image> live(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM image WHERE node = ? AND " + LIVE + " ORDER BY name, version",
        ImageLedger::image,
        transaction.node().value());
  }

  /** The versions of a name that are not deleted or failed, by number. */
  public List<Image> versions(Transaction transaction, ImageName name) throws DomainException {
    return transaction.query(
        "SELECT * FROM image WHERE node = ? AND name = ? AND " + LIVE + " ORDER BY version",
        ImageLedger::image,
        transaction.node().value(),
        name.value());
  }

  /** The version of that name that new replicas are made of. */
  public Optional<Image> current(Transaction transaction, ImageName name) throws DomainException {
    return transaction.first(
        "SELECT * FROM image WHERE node = ? AND name = ? AND is_current = 1",
        ImageLedger::image,
        transaction.node().value(),
        name.value());
  }

  /** The version of a series that new replicas are made of. */
  public Optional<Image> current(Transaction transaction, ImageId series) throws DomainException {
    return transaction.first(
        "SELECT * FROM image WHERE series = ? AND is_current = 1",
        ImageLedger::image,
        series.value());
  }

  /** That version, or without a number the current one; if none is current, the newest. */
  public Optional<Image> find(Transaction transaction, ImageRef ref) throws DomainException {
    List<Image> versions = versions(transaction, ref.name());
    if (ref.version().isPresent()) {
      return versions.stream()
          .filter(image -> image.version() == ref.version().getAsInt())
          .findFirst();
    }
    return versions.stream()
        .max(Comparator.comparing(Image::current).thenComparing(Image::version));
  }

  /** An image in whatever state. */
  public Image get(Transaction transaction, ImageId id) throws DomainException {
    return transaction
        .first("SELECT * FROM image WHERE id = ?", ImageLedger::image, id.value())
        .orElseThrow(() -> new IllegalStateException("image " + id + " is not in the catalog"));
  }

  /**
   * As {@link #find(Transaction, ImageRef)}.
   *
   * @throws DomainException NOT_FOUND
   */
  public Image get(Transaction transaction, ImageRef ref) throws DomainException {
    return find(transaction, ref)
        .orElseThrow(
            () ->
                new DomainException(
                    DomainException.Kind.NOT_FOUND,
                    "there is no image '" + ref + "'; 'image import' makes one"));
  }

  /**
   * The current version of an image, which replicas can be made of.
   *
   * @throws DomainException NOT_FOUND; BUSY while its first version is imported; CONFLICT if no
   *     version is published
   */
  public Image getAvailable(Transaction transaction, ImageName name) throws DomainException {
    Image image = get(transaction, ImageRef.current(name));
    if (image.state() == ImageState.IMPORTING) {
      throw new DomainException(
          DomainException.Kind.BUSY, "image '" + name + "' is still being imported");
    }
    if (!image.current()) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "no version of image '" + name + "' is published; 'image publish' makes one current");
    }
    return image;
  }

  /** The number of the next version of a name; that of a deleted version is not used again. */
  int nextVersion(Transaction transaction, ImageName name) throws DomainException {
    return transaction
            .first(
                "SELECT COALESCE(MAX(version), 0) AS last FROM image WHERE node = ? AND name = ?"
                    + " AND state <> 'FAILED'",
                row -> row.integer("last"),
                transaction.node().value(),
                name.value())
            .orElse(0)
        + 1;
  }

  void insert(Transaction transaction, Image image) throws DomainException {
    transaction.update(
        "INSERT INTO image (node, id, series, name, version, tenant, volume, size_bytes,"
            + " shared_volume, shared_bytes, provenance, recipe, labels, state, is_current,"
            + " volume_gone, created)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)",
        transaction.node().value(),
        image.id().value(),
        image.series().value(),
        image.name().value(),
        image.version(),
        image.tenant().map(TenantName::value),
        image.volume().value(),
        image.sizeBytes(),
        image.shared().map(portion -> portion.volume().value()),
        image.shared().map(SharedPortion::sizeBytes),
        image.provenance(),
        image.recipe(),
        image.labels().text(),
        image.state(),
        image.created());
  }

  /**
   * Moves an image from one state to another, in which it is no longer the current version; whether
   * it was in the first.
   *
   * @throws IllegalArgumentException if there is no such move
   */
  public boolean move(Transaction transaction, ImageId id, ImageState from, ImageState to)
      throws DomainException {
    if (!from.mayBecome(to)) {
      throw new IllegalArgumentException("no image goes from " + from + " to " + to);
    }
    return transaction.update(
            "UPDATE image SET state = ?, is_current = 0 WHERE id = ? AND state = ?",
            to,
            id.value(),
            from)
        == 1;
  }

  /**
   * Makes an AVAILABLE image the current version of its name.
   *
   * @throws DomainException CONFLICT if it is not AVAILABLE any more
   */
  void makeCurrent(Transaction transaction, Image image) throws DomainException {
    transaction.update(
        "UPDATE image SET is_current = 0 WHERE series = ? AND is_current = 1",
        image.series().value());
    int made =
        transaction.update(
            "UPDATE image SET is_current = 1 WHERE id = ? AND state = 'AVAILABLE'",
            image.id().value());
    if (made == 0) {
      throw new DomainException(
          DomainException.Kind.CONFLICT, "image '" + image.ref() + "' was withdrawn meanwhile");
    }
  }

  void setLabels(Transaction transaction, ImageId id, ImageLabels labels) throws DomainException {
    transaction.update("UPDATE image SET labels = ? WHERE id = ?", labels.text(), id.value());
  }

  void setDigests(Transaction transaction, ImageId id, String sha256, Optional<String> sharedSha256)
      throws DomainException {
    transaction.update(
        "UPDATE image SET sha256 = ?, shared_sha256 = ? WHERE id = ? AND state = 'IMPORTING'",
        sha256,
        sharedSha256,
        id.value());
  }

  /** Images whose import was begun. */
  public List<Image> importing(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM image WHERE node = ? AND state = 'IMPORTING'",
        ImageLedger::image,
        transaction.node().value());
  }

  /** RETIRED images that no replica is made of and no operator has mapped. */
  public List<Image> unused(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM image WHERE node = ? AND state = 'RETIRED' AND NOT EXISTS (SELECT 1 FROM"
            + " replica r WHERE r.image_id = image.id AND r.state <> 'RETIRED') AND NOT EXISTS"
            + " (SELECT 1 FROM manual_mapping m WHERE m.node = image.node AND (m.volume ="
            + " image.volume OR m.volume = image.shared_volume)) AND NOT EXISTS (SELECT 1 FROM"
            + " allocation_lun l JOIN allocation a ON a.id = l.allocation JOIN image i"
            + " ON i.id = a.image_id WHERE l.volume = image.shared_volume AND i.node = image.node)",
        ImageLedger::image,
        transaction.node().value());
  }

  /** DELETED and FAILED images whose volumes have still to be deleted. */
  public List<Image> volumesToDelete(Transaction transaction) throws DomainException {
    return transaction.query(
        "SELECT * FROM image WHERE node = ? AND state IN ('DELETED', 'FAILED')"
            + " AND volume_gone = 0",
        ImageLedger::image,
        transaction.node().value());
  }

  /** Whether the volumes of an image have still to be deleted. */
  boolean isPending(Transaction transaction, ImageId id) throws DomainException {
    return transaction
        .first(
            "SELECT 1 AS found FROM image WHERE id = ? AND state IN ('DELETED', 'FAILED')"
                + " AND volume_gone = 0",
            row -> row.integer("found"),
            id.value())
        .isPresent();
  }

  /** Records that the volume of an image has been deleted. */
  void markVolumeGone(Transaction transaction, ImageId id) throws DomainException {
    transaction.update(
        "UPDATE image SET volume_gone = 1 WHERE id = ? AND state IN ('DELETED', 'FAILED')",
        id.value());
  }

  /** Whether a volume of that name has still to be deleted, so that the name is not free yet. */
  boolean isVolumePending(Transaction transaction, VolumeName volume) throws DomainException {
    return volumesToDelete(transaction).stream()
        .anyMatch(image -> image.volumes().contains(volume));
  }

  private static Optional<SharedPortion> shared(Row row) throws DomainException {
    Optional<String> volume = row.optionalText("shared_volume");
    return volume.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new SharedPortion(
                new VolumeName(volume.get()),
                row.number("shared_bytes"),
                row.optionalText("shared_sha256")));
  }

  private static Image image(Row row) throws DomainException {
    return new Image(
        ImageId.parse(row.text("id")),
        ImageId.parse(row.text("series")),
        new ImageName(row.text("name")),
        row.integer("version"),
        row.optionalText("tenant").map(TenantName::new),
        new VolumeName(row.text("volume")),
        row.number("size_bytes"),
        row.optionalText("sha256"),
        shared(row),
        row.text("provenance"),
        row.optionalText("recipe"),
        ImageLabels.ofText(row.text("labels")),
        row.constant("state", ImageState.class),
        row.flag("is_current"),
        row.instant("created"));
  }
}
