/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;
import java.util.Optional;

/**
 * A master image: sealed content that replicas are made of.
 *
 * @param id its lasting identity
 * @param name what users call it
 * @param tenant the only tenant that may have replicas of it, or empty for any
 * @param volume the sealed volume that holds it
 * @param sizeBytes size of the volume, and so of every replica: the file's, rounded up to 4096
 * @param sha256 digest of all {@code sizeBytes}, in hexadecimal, empty until AVAILABLE
 * @param provenance where it came from, as the importer said
 * @param state where it is in its life
 * @param created when the import began
 */
public record Image(
    ImageId id,
    ImageName name,
    Optional<TenantName> tenant,
    VolumeName volume,
    long sizeBytes,
    Optional<String> sha256,
    String provenance,
    ImageState state,
    Instant created) {}
