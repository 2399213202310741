/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.log;

import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.UnitStatistics;
import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * 19h, General Statistics and Performance (SPC-4 §7.3.7): commands, blocks and time of either
 * direction, the time without a command, and the interval in which time is told, a microsecond.
 * Commands have no priority, so the weighted fields are zero.
 */
final class StatisticsPage implements LogPage {

  private static final int GENERAL = 0x0001;
  private static final int IDLE_TIME = 0x0002;
  private static final int TIME_INTERVAL = 0x0003;
  private static final int GENERAL_BYTES = 64;
  private static final int NANOS_PER_INTERVAL = 1000;
  private static final int NEGATIVE_EXPONENT = 6;

  @Override
  public int code() {
    return 0x19;
  }

  @Override
  public SortedMap<Integer, ByteBuffer> parameters(LogicalUnit unit) {
    SortedMap<Integer, ByteBuffer> parameters = new TreeMap<>();
    UnitStatistics.Direction reads = unit.statistics().reads();
    UnitStatistics.Direction writes = unit.statistics().writes();
    parameters.put(
        GENERAL,
        ByteBuffer.allocate(GENERAL_BYTES)
            .putLong(reads.commands())
            .putLong(writes.commands())
            .putLong(writes.bytes() / unit.blockBytes())
            .putLong(reads.bytes() / unit.blockBytes())
            .putLong(reads.nanos() / NANOS_PER_INTERVAL)
            .putLong(writes.nanos() / NANOS_PER_INTERVAL)
            .rewind());
    long idle = unit.statistics().idleNanos() / NANOS_PER_INTERVAL;
    parameters.put(IDLE_TIME, ByteBuffer.allocate(8).putLong(idle).rewind());
    parameters.put(
        TIME_INTERVAL, ByteBuffer.allocate(8).putInt(NEGATIVE_EXPONENT).putInt(1).rewind());
    return parameters;
  }
}
