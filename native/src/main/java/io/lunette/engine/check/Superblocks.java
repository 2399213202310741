/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.UnknownFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The two superblocks of a pool, each sound or not there.
 *
 * @param a the one in extent 0
 * @param b the one in extent 1
 */
record Superblocks(Optional<Superblock> a, Optional<Superblock> b) {

  /**
   * Reads both.
   *
   * @throws VolumeException INVALID if the device bears no trace of a pool, or one of a later
   *     release
   */
  static Superblocks read(RawDevice device, Set<PoolProblem> problems)
      throws IOException, VolumeException {
    ByteBuffer page = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    List<PoolProblem> damaged = new ArrayList<>();
    boolean anyMagic = false;
    Optional<Superblock> a = Optional.empty();
    Optional<Superblock> b = Optional.empty();
    for (int slot = 0; slot < 2; slot++) {
      long offset = Superblock.offsetFor(slot);
      String place = "superblock " + (slot == 0 ? "A" : "B") + " at byte " + offset;
      if (device.sizeBytes() < offset + PoolLayout.PAGE_BYTES) {
        problems.add(PoolProblem.beyondRepair(place, "lies beyond the end of the device"));
        continue;
      }
      try {
        device.read(offset, page);
        anyMagic |= Superblock.hasMagic(page);
        Optional<Superblock> read = Optional.of(Superblock.decode(page, offset));
        a = slot == 0 ? read : a;
        b = slot == 1 ? read : b;
      } catch (UnknownFormatException e) {
        throw new VolumeException(
            VolumeException.Kind.INVALID, device.identity() + ": " + e.getMessage(), e);
      } catch (DeviceException | FormatException e) {
        anyMagic |= e instanceof DeviceException;
        damaged.add(new PoolProblem(place, e.getMessage(), "written anew from the other one"));
      }
    }
    if (!anyMagic) {
      throw new VolumeException(
          VolumeException.Kind.INVALID, device.identity() + ": not a Lunette pool");
    }
    boolean none = a.isEmpty() && b.isEmpty();
    for (PoolProblem problem : damaged) {
      problems.add(none ? PoolProblem.beyondRepair(problem.place(), problem.what()) : problem);
    }
    Superblocks found = new Superblocks(a, b);
    if (!found.areOfOnePool()) {
      problems.add(
          PoolProblem.beyondRepair(
              "superblocks", "are of two pools: " + a.get().pool() + ", " + b.get().pool()));
    }
    return found;
  }

  /** Whether they do not contradict one another in what they are of. */
  boolean areOfOnePool() {
    return newestFirst().stream().map(Superblock::pool).distinct().count() < 2;
  }

  /** Whether both are sound. */
  boolean areBoth() {
    return a.isPresent() && b.isPresent();
  }

  /** The one that counts: the newest that is sound. */
  Optional<Superblock> newest() {
    return newestFirst().stream().findFirst();
  }

  /** Those that are sound, the newest first. */
  List<Superblock> newestFirst() {
    return Stream.concat(a.stream(), b.stream())
        .sorted(Comparator.comparingLong(Superblock::generation).reversed())
        .toList();
  }
}
