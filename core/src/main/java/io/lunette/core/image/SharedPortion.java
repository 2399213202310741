/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.image;

import io.lunette.core.volume.VolumeName;
import java.util.Optional;

/**
 * The portion of a split image that all servers read and none writes.
 *
 * @param volume the sealed volume that holds it
 * @param sizeBytes size of that volume
 * @param sha256 digest of all of it, in hexadecimal, empty until AVAILABLE
 */
public record SharedPortion(VolumeName volume, long sizeBytes, Optional<String> sha256) {}
