/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.VolumeName;
import io.lunette.engine.WriterScript.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a volume may hold after its {@link KilledWriter} was killed: of each block the stamp that
 * was certain last, or any that was written after it.
 */
final class WrittenVolume {

  private static final int NEVER = -1;

  private final int number;
  private final WriterScript script;

  /** What was written last to each block, whether or not it is certain. */
  private final long[] last;

  private final List<Set<Long>> possible = new ArrayList<>();

  /** What each snapshot that may be there holds. */
  private final Map<VolumeName, long[]> snapshots = new TreeMap<>();

  private VolumeName requiredSnapshot;
  private VolumeName newestSnapshot;

  /**
   * @param before stamps of the blocks when the life began
   * @param acknowledged number of the last step that is known to be durable, -1 if none is
   */
  WrittenVolume(long seed, int life, int number, long[] before, int acknowledged) {
    this.number = number;
    this.script = new WriterScript(seed, life, number);
    this.last = before.clone();
    for (long stamp : before) {
      possible.add(new HashSet<>(Set.of(stamp)));
    }
    Step step = script.next();
    // Nothing is begun after a durable step that has not been told of.
    while (step.number() <= acknowledged || !step.isDurable()) {
      apply(step, step.number() <= acknowledged);
      step = script.next();
    }
    apply(step, false);
  }

  private void apply(Step step, boolean isAcknowledged) {
    long stamp = script.stamp(step);
    for (int block = step.block(); block < step.block() + step.count(); block++) {
      last[block] = stamp;
      possible.get(block).add(stamp);
      if (isAcknowledged && step.isDurable()) {
        possible.set(block, new HashSet<>(Set.of(stamp)));
      }
    }
    if (isAcknowledged && step.makesAllDurable()) {
      for (int block = 0; block < last.length; block++) {
        possible.set(block, new HashSet<>(Set.of(last[block])));
      }
    }
    if (step.kind() == WriterScript.Kind.SNAPSHOT) {
      newestSnapshot = script.snapshot(step.number());
      snapshots.put(newestSnapshot, last.clone());
      requiredSnapshot = isAcknowledged ? newestSnapshot : null;
    }
    if (step.kind() == WriterScript.Kind.DELETE_SNAPSHOT) {
      requiredSnapshot = null;
      if (isAcknowledged) {
        snapshots.remove(newestSnapshot);
      }
    }
  }

  /** How many blocks hold what nothing but an acknowledged step explains. */
  long certainBlocks(long[] before) {
    long certain = 0;
    for (int block = 0; block < before.length; block++) {
      Set<Long> stamps = possible.get(block);
      certain += stamps.size() == 1 && !stamps.contains(before[block]) ? 1 : 0;
    }
    return certain;
  }

  /** Why the volume cannot hold these stamps, or null. */
  String objectionTo(long[] found) {
    for (int block = 0; block < found.length; block++) {
      if (!possible.get(block).contains(found[block])) {
        return String.format(
            Locale.ROOT,
            "block %d of volume %d holds %x, not one of %s",
            block,
            number,
            found[block],
            hex(possible.get(block)));
      }
    }
    return null;
  }

  /** Why its snapshots, with the stamps that they hold, cannot be, or null. */
  String objectionTo(Map<VolumeName, long[]> found) {
    if (requiredSnapshot != null && !found.containsKey(requiredSnapshot)) {
      return requiredSnapshot + " is gone";
    }
    for (Map.Entry<VolumeName, long[]> snapshot : found.entrySet()) {
      long[] expected = snapshots.get(snapshot.getKey());
      if (expected == null) {
        return snapshot.getKey() + " cannot be there";
      }
      int block = Arrays.mismatch(expected, snapshot.getValue());
      if (block != NEVER) {
        return String.format(
            Locale.ROOT,
            "block %d of %s holds %x, not %x",
            block,
            snapshot.getKey(),
            snapshot.getValue()[block],
            expected[block]);
      }
    }
    return null;
  }

  private static String hex(Set<Long> stamps) {
    return stamps.stream().map(Long::toHexString).toList().toString();
  }
}
