/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.volume.VolumeException;

/** Drives arrays of some kind: SMI-S. */
@FunctionalInterface
public interface ArrayConnector {

  /**
   * Connects to an array, finds out what it can do, and goes on with what was under way there.
   *
   * @throws VolumeException IO if it does not answer, is not trusted or refuses the credentials;
   *     UNSUPPORTED if it is no array that can be driven
   */
  ArrayDriver connect(StorageArray array) throws VolumeException;
}
