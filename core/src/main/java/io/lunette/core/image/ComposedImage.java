/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.VolumeName;
import java.util.Objects;
import java.util.Optional;

/**
 * An image that was composed, to become the next version of its name.
 *
 * @param name what the image is called
 * @param tenant the only tenant that may use it, or empty for any
 * @param source the sealed volume that holds it
 * @param sizeBytes of that volume
 * @param sha256 digest of all of it
 * @param recipe how it was made, as JSON
 * @param provenance the same in words
 * @param publish whether it becomes the current version
 */
public record ComposedImage(
    ImageName name,
    Optional<TenantName> tenant,
    VolumeName source,
    long sizeBytes,
    String sha256,
    String recipe,
    String provenance,
    boolean publish) {

  public ComposedImage {
    Objects.requireNonNull(name);
    Objects.requireNonNull(tenant);
    Objects.requireNonNull(source);
    Objects.requireNonNull(sha256);
    Objects.requireNonNull(recipe);
    Objects.requireNonNull(provenance);
  }
}
