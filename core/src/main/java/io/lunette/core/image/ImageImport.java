/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.tenant.TenantName;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * What to import.
 *
 * @param name what the image will be called
 * @param tenant the only tenant that may use it, or empty for any
 * @param file raw content; its size a multiple of 512, padded with zeroes to one of 4096
 * @param provenance where the content came from, for instance the file that the user named
 */
public record ImageImport(
    ImageName name, Optional<TenantName> tenant, Path file, String provenance) {

  public ImageImport {
    Objects.requireNonNull(name);
    Objects.requireNonNull(tenant);
    Objects.requireNonNull(file);
    Objects.requireNonNull(provenance);
  }
}
