/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import java.util.List;
import java.util.UUID;

/**
 * What a check found.
 *
 * @param device what was checked
 * @param pool the pool's UUID, or null if neither superblock could be read
 * @param generation generation of the superblock that counts
 * @param volumes volumes found
 * @param layers layers found
 * @param pages metadata pages read and found sound
 * @param commits commits in the journal that the last checkpoint does not have
 * @param usage use of space, or null if neither superblock could be read
 * @param problems everything that is wrong
 * @param notes what is worth knowing and not wrong
 */
public record PoolReport(
    String device,
    UUID pool,
    long generation,
    long volumes,
    long layers,
    long pages,
    long commits,
    PoolUsage usage,
    List<PoolProblem> problems,
    List<String> notes) {

  public PoolReport {
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  /** Whether nothing is wrong. */
  public boolean isClean() {
    return problems.isEmpty();
  }
}
