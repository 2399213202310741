/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.concurrent.atomic.LongAdder;

/** What went through a mapping. Thread-safe; the sums are not one snapshot. */
public final class MappingStatistics {

  private final LongAdder reads = new LongAdder();
  private final LongAdder readBytes = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder writtenBytes = new LongAdder();
  private final LongAdder failures = new LongAdder();

  void read(long bytes) {
    reads.increment();
    readBytes.add(bytes);
  }

  void wrote(long bytes) {
    writes.increment();
    writtenBytes.add(bytes);
  }

  void failed() {
    failures.increment();
  }

  public long reads() {
    return reads.sum();
  }

  public long readBytes() {
    return readBytes.sum();
  }

  public long writes() {
    return writes.sum();
  }

  public long writtenBytes() {
    return writtenBytes.sum();
  }

  public long failures() {
    return failures.sum();
  }
}
