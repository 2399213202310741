/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.RawDevice;
import io.lunette.blockio.Support;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device in memory that can nothing but write durably, and does every other thing at once, so
 * that both ways of the engine to it are gone.
 */
interface MemoryDevice extends RawDevice {

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

  @Override
  default DeviceFeatures probe(long scratchOffset, int scratchBytes) {
    return new DeviceFeatures(
        "memory",
        "",
        0,
        0,
        0,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.NO,
        Support.YES,
        Support.NO,
        Support.YES);
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
