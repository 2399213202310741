/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.mapping;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.OptionalInt;

/** Volumes mapped by hand. They are mapped again under the same LUN after a restart. */
public interface ManualMappings {

  /**
   * Maps a volume to a server. Repeating it returns the first mapping.
   *
   * @param lun the number wanted, or empty for the lowest free one
   * @throws DomainException NOT_FOUND: no such server or volume; INVALID for the volume of a
   *     replica, and for an image's unless read-only; BUSY if the LUN is taken; CONFLICT if it is
   *     mapped to that server in another way
   */
  LunMapping map(
      Actor actor, VolumeName volume, ServerName server, OptionalInt lun, AccessMode mode)
      throws DomainException;

  /** Takes a volume from a server. Unmapping what is not mapped succeeds. */
  void unmap(Actor actor, VolumeName volume, ServerName server) throws DomainException;

  /** All, by server and LUN. */
  List<ManualMapping> list() throws DomainException;
}
