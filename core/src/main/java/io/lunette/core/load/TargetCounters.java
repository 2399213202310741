/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.load;

/**
 * What went through an initiator's mappings since they were made, and what is under way.
 *
 * @param reads commands that read blocks
 * @param readBytes bytes that they read
 * @param writes commands that changed blocks
 * @param writtenBytes bytes that they carried
 * @param queue commands received and not answered now
 */
public record TargetCounters(
    long reads, long readBytes, long writes, long writtenBytes, int queue) {

  /** These and those together. */
  public TargetCounters plus(TargetCounters other) {
    return new TargetCounters(
        reads + other.reads,
        readBytes + other.readBytes,
        writes + other.writes,
        writtenBytes + other.writtenBytes,
        queue + other.queue);
  }
}
