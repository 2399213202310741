/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.VolumeSlot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads all metadata of a pool that nobody has open, and says everything that is wrong with it:
 * superblocks, the journal, every page that can be reached, volumes and layers, and the owner of
 * every extent. Nothing is written.
 *
 * <p>What a crash may leave is not wrong: commits that wait in the journal, a last commit that is
 * torn, extents reserved and not used.
 */
public final class PoolCheck {

  private PoolCheck() {}

  /**
   * Checks the pool in a file or on a block device.
   *
   * @throws VolumeException NOT_FOUND if there is no such file; BUSY if a process has it open;
   *     INVALID if it is not a pool; IO
   */
  public static PoolReport check(Path file) throws VolumeException {
    return check(file, false);
  }

  /**
   * {@link #check(Path)}, which reads all space too that is to be dealt out as zero where it is to
   * be deep.
   */
  public static PoolReport check(Path file, boolean deep) throws VolumeException {
    return PoolDevices.read(file, device -> report(device, PoolExam.of(device, deep, Set.of())));
  }

  /**
   * Checks the pool on a device that is open already.
   *
   * @throws VolumeException INVALID if it is not a pool
   */
  public static PoolReport check(RawDevice device) throws IOException, VolumeException {
    return report(device, PoolExam.of(device));
  }

  static PoolReport report(RawDevice device, PoolExam exam) {
    PoolImage image = exam.image();
    if (image == null) {
      return new PoolReport(
          device.identity(), null, 0, 0, 0, 0, 0, null, exam.problems(), List.of());
    }
    return new PoolReport(
        device.identity(),
        image.superblock.pool(),
        image.superblock.generation(),
        image.volumes.size(),
        image.layers.size(),
        image.pages(),
        image.journalEnd.groups(),
        exam.usage(),
        exam.problems(),
        notes(image, exam.keys(), exam.usage()));
  }

  private static List<String> notes(PoolImage image, KeyAudit keys, PoolUsage usage) {
    List<String> notes = new ArrayList<>();
    if (!image.superblock.closedCleanly()) {
      notes.add(
          "not marked as closed: the next opening replays what is in the journal, commits: "
              + image.journalEnd.groups());
    }
    if (image.journalUnfinished) {
      notes.add(
          "the journal ends in a commit that is not whole, at position "
              + image.journalEnd.position()
              + ", frame "
              + image.journalEnd.sequence()
              + ": a crash tore it, or the last commit is damaged");
    }
    if (image.journalPagesUnread > 0) {
      notes.add(
          "pages of the journal that cannot be read: "
              + image.journalPagesUnread
              + ", which a power cut found being written, or which decayed; "
              + (image.journalEnd.unread()
                  ? "the last commits may have been there"
                  : "no sound commit needs them"));
    }
    if (keys.unlike() > 0) {
      notes.add(
          "records of keys that were being written: "
              + keys.unlike()
              + "; the next opening writes both copies alike");
    }
    if (keys.ofTwoEpochs() > 0) {
      notes.add(
          "records of keys of two epochs: "
              + keys.ofTwoEpochs()
              + "; an opening with the newest key file writes both copies alike");
    }
    long released =
        image.layers.values().stream()
            .filter(layer -> layer.id() != 0)
            .filter(layer -> layer.slot().state() == LayerSlot.State.RELEASED)
            .count();
    if (released + usage.dirty() > 0) {
      notes.add(
          released + " released layers and " + usage.dirty() + " extents wait for their scrub");
    }
    image.volumes.values().stream()
        .filter(volume -> volume.slot().state() == VolumeSlot.State.QUARANTINED)
        .forEach(volume -> notes.add(volume.place() + " is quarantined: its scrub failed"));
    return notes;
  }
}
