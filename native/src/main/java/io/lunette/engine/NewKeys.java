/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.block.BlockException;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.util.List;

/** Keys that were made for volumes to come; those that no layer got are discarded in the end. */
final class NewKeys {

  private final KeyTable table;
  private final List<DataKey> made;
  private int taken;

  /**
   * Makes so many; none of the locks of {@link Metadata} may be held.
   *
   * @throws VolumeException BUSY if key-encryption keys are missing
   */
  NewKeys(KeyTable table, int count) throws IOException, VolumeException, BlockException {
    this(table, table.make(count));
  }

  private NewKeys(KeyTable table, List<DataKey> made) {
    this.table = table;
    this.made = made;
  }

  /** The same of so many that others go for. */
  static NewKeys forErase(KeyTable table, int count)
      throws IOException, VolumeException, BlockException {
    return new NewKeys(table, table.makeForErase(count));
  }

  /**
   * Refuses a change that needs more keys than are left, before it is begun.
   *
   * @throws VolumeException BUSY
   */
  void require(int count) throws VolumeException {
    if (made.size() - taken < count) {
      throw new VolumeException(
          VolumeException.Kind.BUSY, "volumes were changed meanwhile: ask again");
    }
  }

  /**
   * The next for a volume that is to have a key, null for one that is not.
   *
   * @throws VolumeException BUSY if there are none left
   */
  DataKey take(boolean keyed) throws VolumeException {
    if (!keyed) {
      return null;
    }
    require(1);
    return made.get(taken++);
  }

  void close() throws IOException {
    table.discardUnlessGiven(made);
  }
}
