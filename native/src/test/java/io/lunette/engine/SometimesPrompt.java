/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.blockio.RawDevice;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** A device that does every other thing at once, so that both ways of the engine to it are gone. */
interface SometimesPrompt extends RawDevice {

  /** Counts what was asked for at once. */
  AtomicInteger promptCalls();

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
}
