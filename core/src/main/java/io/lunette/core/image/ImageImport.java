/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.array.ArrayName;
import io.lunette.core.tenant.TenantName;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What to import.
 *
 * @param name what the image will be called, or is called: then this is its next version
 * @param tenant the only tenant that may use it, or empty for any; versions of a name have the same
 * @param source raw content; sizes are multiples of 512, padded with zeroes to ones of 4096
 * @param provenance where the content came from, for instance the file that the user named
 * @param labels what to say of it
 * @param publish whether it becomes the current version
 * @param array where its volume is made, and so are its replicas; empty for the local pool
 */
public record ImageImport(
    ImageName name,
    Optional<TenantName> tenant,
    ImageSource source,
    String provenance,
    ImageLabels labels,
    boolean publish,
    Optional<ArrayName> array) {

  public ImageImport {
    Objects.requireNonNull(name);
    Objects.requireNonNull(tenant);
    Objects.requireNonNull(source);
    Objects.requireNonNull(provenance);
    Objects.requireNonNull(labels);
    Objects.requireNonNull(array);
  }

  /** Into the local pool. */
  public ImageImport(
      ImageName name,
      Optional<TenantName> tenant,
      ImageSource source,
      String provenance,
      ImageLabels labels,
      boolean publish) {
    this(name, tenant, source, provenance, labels, publish, Optional.empty());
  }

  /** Not split, to be published, without labels. */
  public ImageImport(ImageName name, Optional<TenantName> tenant, Path file, String provenance) {
    this(name, tenant, ImageSource.whole(file), provenance, ImageLabels.NONE, true);
  }

  /** The same onto an array. */
  public ImageImport on(Optional<ArrayName> where) {
    return new ImageImport(name, tenant, source, provenance, labels, publish, where);
  }

  /** The same from other files. */
  public ImageImport withFiles(List<Path> others) {
    return new ImageImport(
        name, tenant, source.withFiles(others), provenance, labels, publish, array);
  }
}
