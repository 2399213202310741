/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.DomainException;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A version of a master image: sealed content that replicas are made of.
 *
 * @param id its lasting identity
 * @param series the identity of the first version of its name: what belongs to the name, such as a
 *     pool's policy, belongs to the series
 * @param name what users call it
 * @param version which version of the name, from 1 on; a number is not used again for other content
 * @param tenant the only tenant that may have replicas of it, or empty for any
 * @param volume the sealed volume that holds it
 * @param sizeBytes size of the volume, and so of every replica: the file's, rounded up to 4096
 * @param sha256 digest of all {@code sizeBytes}, in hexadecimal, empty until AVAILABLE
 * @param shared the portion that all servers share, if the image is split: {@code volume} is then
 *     the template of the writable portion
 * @param provenance where it came from, as the importer said
 * @param recipe how it was composed, as JSON, if it was
 * @param labels what operators say of it
 * @param state where it is in its life
 * @param current whether it is the version that new replicas are made of
 * @param created when the import began
 */
public record Image(
    ImageId id,
    ImageId series,
    ImageName name,
    int version,
    Optional<TenantName> tenant,
    VolumeName volume,
    long sizeBytes,
    Optional<String> sha256,
    Optional<SharedPortion> shared,
    String provenance,
    Optional<String> recipe,
    ImageLabels labels,
    ImageState state,
    boolean current,
    Instant created) {

  /** The volumes that it takes. */
  public List<VolumeName> volumes() {
    return shared.isPresent() ? List.of(volume, shared.get().volume()) : List.of(volume);
  }

  /**
   * Sees to it that a tenant may have replicas of it.
   *
   * @throws DomainException CONFLICT
   */
  public void requireFor(TenantName who) throws DomainException {
    if (tenant.isPresent() && !tenant.get().equals(who)) {
      throw new DomainException(
          DomainException.Kind.CONFLICT,
          "image '" + name + "' belongs to tenant '" + tenant.get() + "'");
    }
  }

  /** Whether it holds the same as another. */
  boolean isSameAs(Image other) {
    return sha256.equals(other.sha256)
        && shared
            .flatMap(SharedPortion::sha256)
            .equals(other.shared.flatMap(SharedPortion::sha256));
  }

  /** How users refer to this version whatever becomes current. */
  public ImageRef ref() {
    return ImageRef.of(name, version);
  }
}
