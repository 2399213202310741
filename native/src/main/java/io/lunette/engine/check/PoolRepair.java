/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreeRoot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Mends what can be mended in a pool that nobody has open, without inventing data: a superblock
 * from the other one, the end of the journal that a crash tore, space trees and counters from the
 * maps. Extents that nothing owns become dirty, so that the next opening scrubs them.
 *
 * <p>All or nothing: where one problem is beyond repair, nothing is written, for pages that cannot
 * be reached could be what a rescue needs. What is written takes effect with one superblock, so a
 * repair that dies half way can be run again.
 */
public final class PoolRepair {

  /** As at an opening: frames of a torn commit never pass for later ones. */
  private static final long SEQUENCE_JUMP = 1L << 32;

  private PoolRepair() {}

  /**
   * What became of a repair.
   *
   * @param fixed what was mended, one line each; empty if there was nothing to mend, or if nothing
   *     was written because some of it is beyond repair
   * @param report the check after the repair
   */
  public record Outcome(List<String> fixed, PoolReport report) {

    public Outcome {
      fixed = List.copyOf(fixed);
    }
  }

  /**
   * Repairs the pool in a file or on a block device.
   *
   * @throws VolumeException as {@link PoolCheck#check(Path)} does, and OUT_OF_SPACE
   */
  public static Outcome repair(Path file) throws VolumeException {
    return PoolDevices.change(file, PoolRepair::repair);
  }

  /**
   * Repairs the pool on a device that is open already, and that nobody else has.
   *
   * @throws VolumeException INVALID if the device is not a pool
   */
  public static Outcome repair(RawDevice device) throws IOException, VolumeException {
    PoolExam exam = PoolExam.of(device);
    boolean torn = exam.image() != null && exam.image().journalUnfinished;
    boolean nothingToDo = exam.problems().isEmpty() && !torn;
    if (nothingToDo || !exam.problems().stream().allMatch(PoolProblem::isRepairable)) {
      return new Outcome(List.of(), PoolCheck.report(device, exam));
    }
    List<String> fixed = new ArrayList<>();
    exam.problems().forEach(problem -> fixed.add(problem + ": " + problem.repair()));
    if (torn) {
      fixed.add(
          "journal: the commit that is not whole at position "
              + exam.image().journalEnd.position()
              + " is dropped");
    }
    exam.keys().mend();
    exam.image().mendCopies();
    write(device, exam);
    return new Outcome(fixed, PoolCheck.check(device));
  }

  private static void write(RawDevice device, PoolExam exam) throws IOException {
    PoolImage image = exam.image();
    Superblock last = image.superblock;
    List<Superblock> sound = exam.superblocks().newestFirst();
    RepairPlan plan = new RepairPlan(image, exam.space());
    RepairPages pages = new RepairPages(device, image, plan);
    pages.prepare(sound.get(sound.size() - 1).journalTail());
    Map<TreeKey.Kind, TreeRoot> roots = new EnumMap<>(TreeKey.Kind.class);
    roots.putAll(plan.write(new TreeRewrite(device, image, pages.sink(last.generation() + 1))));
    device.flush();
    Superblock next =
        new Superblock(
            last.pool(),
            last.generation() + 1,
            last.capacityBytes(),
            last.journalExtent(),
            last.journalExtents(),
            pages.journalPosition(),
            pages.journalSequence() + SEQUENCE_JUMP,
            last.closedCleanly() && image.journalEnd.groups() == 0,
            roots,
            last.taking(),
            last.features() | Superblock.COPIES);
    ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    next.encode(buffer);
    device.write(Superblock.offsetFor(next.generation()), buffer);
    device.flush();
  }
}
