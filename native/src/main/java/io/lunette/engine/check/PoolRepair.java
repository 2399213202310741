/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.format.ExtentRun;
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
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.LongStream;

/**
 * Mends what can be mended in a pool that nobody has open, without inventing data: a superblock
 * from the other one, the end of the journal that a crash tore, space trees and counters from the
 * maps. Extents that nothing owns, and layers that no volume reads, become dirty, so that the next
 * opening scrubs them.
 *
 * <p>Where one problem is beyond repair no page is given to another use, for pages that cannot be
 * reached could be what a rescue needs: only what has a sound second is written anew from it, in
 * its own place. Else what is written takes effect with one superblock. Either way a repair that
 * dies half way can be run again.
 */
public final class PoolRepair {

  /** As at an opening: frames of a torn commit never pass for later ones. */
  private static final long SEQUENCE_JUMP = 1L << 32;

  private PoolRepair() {}

  /**
   * What became of a repair.
   *
   * @param fixed what was mended, one line each; empty if nothing was written
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
    return repair(file, false, Set.of());
  }

  /**
   * {@link #repair(Path)} of what is left when some volumes are deleted, of which the maps may be
   * damaged: what they wrote is scrubbed by the next opening. They stay where something is beyond
   * repair all the same.
   *
   * @param deep whether what is called CLEAN is read, and becomes dirty if it is not zero
   * @throws VolumeException as {@link PoolCheck#check(Path)} does, OUT_OF_SPACE, and NOT_FOUND also
   *     if there is no such volume
   */
  public static Outcome repair(Path file, boolean deep, Set<String> givenUp)
      throws VolumeException {
    return PoolDevices.change(file, device -> repair(device, deep, givenUp));
  }

  /**
   * Repairs the pool on a device that is open already, and that nobody else has.
   *
   * @throws VolumeException INVALID if the device is not a pool
   */
  public static Outcome repair(RawDevice device) throws IOException, VolumeException {
    return repair(device, false, Set.of());
  }

  private static Outcome repair(RawDevice device, boolean deep, Set<String> givenUp)
      throws IOException, VolumeException {
    PoolExam exam = PoolExam.of(device, deep, givenUp);
    if (!exam.problems().stream().allMatch(PoolProblem::isRepairable)) {
      PoolExam whole = givenUp.isEmpty() ? exam : PoolExam.of(device, deep, Set.of());
      return mendInPlace(device, whole, deep);
    }
    if (exam.problems().isEmpty() && !exam.image().journalUnfinished && givenUp.isEmpty()) {
      return new Outcome(List.of(), PoolCheck.report(device, exam));
    }
    List<String> fixed = new ArrayList<>();
    givenUp.forEach(name -> fixed.add("volume " + name + ": given up"));
    exam.problems().forEach(problem -> fixed.add(line(problem)));
    if (exam.image().journalUnfinished) {
      fixed.add(
          "journal: the commit that is not whole at position "
              + exam.image().journalEnd.position()
              + " is dropped");
    }
    exam.keys().mend(exam.space()::isOwnedOnce, true);
    exam.image().mendCopies(exam.space()::isOwnedOnce);
    writeCheckpoint(device, exam);
    return new Outcome(fixed, PoolCheck.check(device));
  }

  private static String line(PoolProblem problem) {
    return problem + ": " + problem.repair();
  }

  /** Mends what has a sound second: records of keys, pages and their copies, the superblock. */
  private static Outcome mendInPlace(RawDevice device, PoolExam exam, boolean deep)
      throws IOException, VolumeException {
    PoolImage image = exam.image();
    if (image == null
        || !exam.superblocks().areOfOnePool()
        || image.superblock.capacityBytes() > device.sizeBytes()) {
      return new Outcome(List.of(), PoolCheck.report(device, exam));
    }
    exam.keys().mend(exam.space()::isOwnedOnce, false);
    image.mendCopies(exam.space()::isOwnedOnce);
    // Where the journal is damaged, what the other one led to may be newer than all that is left.
    if (!exam.superblocks().areBoth() && image.journalIsWhole) {
      write(device, image.superblock.announcing(image.superblock.taking()));
    }
    PoolExam after = PoolExam.of(device, deep, Set.of());
    List<String> fixed =
        exam.problems().stream()
            .filter(problem -> problem.isRepairable() && !after.problems().contains(problem))
            .map(PoolRepair::line)
            .toList();
    return new Outcome(fixed, PoolCheck.report(device, after));
  }

  private static void writeCheckpoint(RawDevice device, PoolExam exam) throws IOException {
    PoolImage image = exam.image();
    RepairPlan plan = new RepairPlan(image, exam.objects().unread(), exam.space());
    RepairPages pages = new RepairPages(device, image, plan);
    Superblock last = announce(device, image.superblock, pages.prepare());
    Map<TreeKey.Kind, TreeRoot> roots = new EnumMap<>(TreeKey.Kind.class);
    roots.putAll(plan.write(new TreeRewrite(device, image, pages.sink(last.generation() + 1))));
    device.flush();
    write(
        device,
        new Superblock(
            last.pool(),
            last.generation() + 1,
            last.capacityBytes(),
            last.journalExtent(),
            last.journalExtents(),
            image.journalEnd.position(),
            image.journalEnd.sequence() + SEQUENCE_JUMP,
            last.closedCleanly() && image.wasClosedCleanly() && !plan.hasOrphans(),
            roots,
            last.taking(),
            last.features() | Superblock.COPIES));
  }

  /** Has a superblock say that these extents may hold pages; returns the one to go on from. */
  private static Superblock announce(RawDevice device, Superblock last, SortedSet<Long> taken)
      throws IOException {
    if (taken.isEmpty()) {
      return last;
    }
    for (ExtentRun run : last.taking()) {
      LongStream.range(run.first(), run.end()).forEach(taken::add);
    }
    Superblock next = last.announcing(ExtentRun.covering(taken, Superblock.MAX_TAKING));
    write(device, next);
    return next;
  }

  private static void write(RawDevice device, Superblock next) throws IOException {
    ByteBuffer buffer = AlignedBuffers.allocate(PoolLayout.PAGE_BYTES);
    next.encode(buffer);
    device.write(Superblock.offsetFor(next.generation()), buffer);
    device.flush();
  }
}
