/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * A device in memory on which chosen calls end in an I/O error, as often as they are made, until it
 * is healed. A write that fails has reached the device all the same: an error says nothing of that.
 * Thread-safe.
 */
final class FailingDevice extends PagedDevice {

  /** Chooses calls by the range that they touch. */
  interface Choice {
    boolean takes(long offsetBytes, int lengthBytes);
  }

  private static final Choice NONE = (offset, length) -> false;

  private volatile Choice reads = NONE;
  private volatile Choice writes = NONE;
  private volatile Choice refusedWrites = NONE;
  private volatile Choice brokenReads = NONE;
  private volatile Choice brokenWrites = NONE;
  private volatile boolean flushes;
  private volatile Error brokenFlushes;

  FailingDevice(long sizeBytes) {
    super(sizeBytes);
  }

  @Override
  public Set<Feature> features() {
    return Set.of(Feature.DIRECT_IO);
  }

  void failReads(Choice choice) {
    reads = choice;
  }

  void failWrites(Choice choice) {
    writes = choice;
  }

  /** Refuses writes for want of space; what they touch stays as it is. */
  void refuseWrites(Choice choice) {
    refusedWrites = choice;
  }

  /** Lets reads end in what no device reports: want of memory, on the way of the next piece. */
  void breakReads(Choice choice) {
    brokenReads = choice;
  }

  /** {@link #breakReads} for writes. */
  void breakWrites(Choice choice) {
    brokenWrites = choice;
  }

  void failFlushes() {
    flushes = true;
  }

  /** Lets flushes end in what no device reports. */
  void breakFlushes(Error end) {
    brokenFlushes = end;
  }

  void heal() {
    reads = NONE;
    writes = NONE;
    refusedWrites = NONE;
    brokenReads = NONE;
    brokenWrites = NONE;
    flushes = false;
    brokenFlushes = null;
  }

  /** The calls that touch the byte at a place. */
  static Choice at(long place) {
    return (offset, length) -> offset <= place && place < offset + length;
  }

  /** The calls that touch nothing before a place. */
  static Choice from(long place) {
    return (offset, length) -> offset >= place;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws DeviceException {
    if (reads.takes(offset, target.remaining())) {
      throw new DeviceException("simulated: cannot read at " + offset);
    }
    super.read(offset, target);
    if (brokenReads.takes(offset, target.remaining())) {
      throw new OutOfMemoryError("simulated: no memory behind " + offset);
    }
  }

  @Override
  public void write(long offset, ByteBuffer source) throws DeviceException {
    if (refusedWrites.takes(offset, source.remaining())) {
      throw new DeviceException("simulated: no space at " + offset, true);
    }
    super.write(offset, source);
    if (writes.takes(offset, source.remaining())) {
      throw new DeviceException("simulated: cannot write at " + offset);
    }
    if (brokenWrites.takes(offset, source.remaining())) {
      throw new OutOfMemoryError("simulated: no memory behind " + offset);
    }
  }

  @Override
  public void flush() throws DeviceException {
    if (flushes) {
      throw new DeviceException("simulated: cannot flush");
    }
    Error end = brokenFlushes;
    if (end != null) {
      throw end;
    }
  }
}
