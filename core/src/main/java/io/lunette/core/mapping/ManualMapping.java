/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.mapping;

import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeName;
import java.time.Instant;

/** A volume that an operator mapped to a server. */
public record ManualMapping(
    VolumeName volume, ServerName server, int lun, AccessMode mode, Instant since) {}
