/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What the next version of a name will be.
 *
 * @param id its identity
 * @param series of which name for how long
 * @param version its number
 * @param tenant that of the versions before it
 * @param volume where it will be kept
 * @param sharedVolume where its shared portion will be kept, if it is split
 */
record ImagePlan(
    ImageId id,
    ImageId series,
    int version,
    Optional<TenantName> tenant,
    VolumeName volume,
    VolumeName sharedVolume) {

  /** The volumes that it may take. */
  List<VolumeName> volumes() {
    return List.of(volume, sharedVolume);
  }

  /**
   * Plans a version. All versions of a name are split or none is: what a server wrote could not be
   * kept from one to the other.
   *
   * @param split whether it will have a shared portion
   * @throws DomainException CONFLICT if one is being imported, or the tenant is not that of the
   *     versions before it, or they are split and it is not, or the other way round
   */
  static ImagePlan of(
      Transaction transaction,
      ImageLedger ledger,
      ImageName name,
      Optional<TenantName> tenant,
      boolean split)
      throws DomainException {
    List<Image> before = ledger.versions(transaction, name);
    for (Image each : before) {
      if (each.state() == ImageState.IMPORTING) {
        throw new DomainException(
            DomainException.Kind.CONFLICT, "image '" + name + "' is being imported already");
      }
      if (tenant.isPresent() && !tenant.equals(each.tenant())) {
        throw new DomainException(
            DomainException.Kind.CONFLICT,
            "image '"
                + name
                + "' belongs to "
                + each.tenant().map(owner -> "tenant '" + owner + "'").orElse("no tenant")
                + "; use another name");
      }
      if (split != each.shared().isPresent()) {
        throw new DomainException(
            DomainException.Kind.CONFLICT,
            "image '"
                + name
                + (split
                    ? "' is not split, and so no version of it may be; use another name"
                    : "' is split, and so every version of it must be; split it or use another name"));
      }
    }
    ImageId id = new ImageId(UUID.randomUUID());
    int version = ledger.nextVersion(transaction, name);
    VolumeName volume = volume(name, version);
    VolumeName shared =
        new VolumeName(ImageLedger.VOLUME_PREFIX + name + "@" + version + "-shared");
    return before.isEmpty()
        ? new ImagePlan(id, id, version, tenant, volume, shared)
        : new ImagePlan(
            id, before.get(0).series(), version, before.get(0).tenant(), volume, shared);
  }

  /** The first version has the plain name, which an image name cannot be mistaken for. */
  private static VolumeName volume(ImageName name, int version) {
    String text = ImageLedger.VOLUME_PREFIX + name;
    return new VolumeName(version == 1 ? text : text + "@" + version);
  }
}
