/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.RawDevice;
import io.lunette.blockio.Support;
import io.lunette.engine.format.PoolLayout;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device in memory that can nothing but write durably, unless a test has it say more, and does
 * every other thing at once, so that both ways of the engine to it are gone.
 */
interface MemoryDevice extends RawDevice {

  /** What a device can do more. */
  enum Feature {
    ALLOCATE,
    PUNCH_HOLE,
    ZERO_RANGE,
    DIRECT_IO
  }

  /** Counts what was asked for at once. */
  AtomicInteger promptCalls();

  @Override
  default String identity() {
    return "memory";
  }

  @Override
  default String readBackPath() {
    return "direct";
  }

  /** What it can do beside writing durably, and says of itself when it is probed. */
  default Set<Feature> features() {
    return Set.of();
  }

  /** Whether it says that what is overwritten is gone. */
  default Support overwritesInPlace() {
    return Support.YES;
  }

  @Override
  default DeviceFeatures probe(long scratchOffset, int scratchBytes) {
    Set<Feature> features = features();
    return new DeviceFeatures(
        "memory",
        "",
        0,
        0,
        features.contains(Feature.DIRECT_IO) ? PoolLayout.BLOCK_BYTES : 0,
        features.contains(Feature.ALLOCATE) ? Support.YES : Support.NO,
        features.contains(Feature.PUNCH_HOLE) ? Support.YES : Support.NO,
        features.contains(Feature.ZERO_RANGE) ? Support.YES : Support.NO,
        Support.NO,
        Support.YES,
        Support.NO,
        overwritesInPlace());
  }

  @Override
  default void readBack(long offsetBytes, ByteBuffer target) throws DeviceException {
    read(offsetBytes, target);
  }

  @Override
  default boolean readAtOnce(long offsetBytes, ByteBuffer target) throws DeviceException {
    boolean prompt = promptCalls().getAndIncrement() % 2 != 0;
    if (prompt) {
      read(offsetBytes, target);
    }
    return prompt;
  }

  @Override
  default boolean writesAtOnce() {
    return promptCalls().getAndIncrement() % 2 != 0;
  }

  @Override
  default boolean writeAtOnce(long offsetBytes, ByteBuffer source) throws DeviceException {
    boolean prompt = promptCalls().getAndIncrement() % 2 != 0;
    if (prompt) {
      write(offsetBytes, source);
    }
    return prompt;
  }

  @Override
  default void zeroRange(long offsetBytes, long lengthBytes) throws DeviceException {
    write(offsetBytes, AlignedBuffers.allocate((int) lengthBytes));
  }

  @Override
  default void punchHole(long offsetBytes, long lengthBytes) throws DeviceException {
    write(offsetBytes, AlignedBuffers.allocate((int) lengthBytes));
  }

  @Override
  default void close() {
    // Memory needs no letting go.
  }
}
