/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.Superblock;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that was read of a pool, and found wrong with it.
 *
 * @param superblocks both
 * @param image what the newest leads to, or null without any
 * @param objects volumes and layers, or null
 * @param keys records of keys, or null
 * @param space owners of extents, or null
 * @param usage use of space, or null
 * @param problems everything that is wrong
 */
record PoolExam(
    Superblocks superblocks,
    PoolImage image,
    ObjectAudit objects,
    KeyAudit keys,
    SpaceAudit space,
    PoolUsage usage,
    List<PoolProblem> problems) {

  /**
   * Reads all metadata, as the device has it: a repair must not build on what the page cache alone
   * still shows.
   *
   * @throws VolumeException INVALID if it is not a pool
   */
  static PoolExam of(RawDevice device) throws IOException, VolumeException {
    return of(device, false, Set.of());
  }

  /**
   * {@link #of(RawDevice)}, as if some volumes had been deleted.
   *
   * @param deep whether to read all extents that must be zero, too
   * @throws VolumeException NOT_FOUND if there is no volume of such a name
   */
  static PoolExam of(RawDevice device, boolean deep, Set<String> givenUp)
      throws IOException, VolumeException {
    device.forgetCached();
    Set<PoolProblem> problems = new LinkedHashSet<>();
    Superblocks superblocks = Superblocks.read(device, problems);
    Optional<Superblock> newest = superblocks.newest();
    if (newest.isEmpty()) {
      return new PoolExam(superblocks, null, null, null, null, null, List.copyOf(problems));
    }
    PoolImage image = new PoolImage(device, newest.get(), problems);
    for (String name : givenUp) {
      image.giveUp(name);
    }
    ObjectAudit objects = new ObjectAudit(image);
    objects.run();
    image.setUnread(objects.unread());
    KeyAudit keys = new KeyAudit(image, device);
    keys.run();
    SpaceAudit space = new SpaceAudit(image);
    PoolUsage usage = space.run();
    if (deep) {
      space.readClean(device);
    }
    return new PoolExam(superblocks, image, objects, keys, space, usage, List.copyOf(problems));
  }
}
