/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import static org.junit.jupiter.api.Assertions.fail;

import io.lunette.core.block.BlockException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the parts of the conformance suite share: the driver under test and a way to reopen it. */
public interface DriverFixture {

  /** Size of most volumes in the suite. */
  long SIZE = 4L << 20;

  /** The driver, open. */
  VolumeDriver driver();

  /** Closes the driver and opens the same volumes again. */
  void reopen() throws Exception;

  /** The file or device behind the driver, where the suite may search it for what was erased. */
  default Optional<Path> backing() {
    return Optional.empty();
  }

  /** Whether its volumes are local ones, which keep when they were erased. */
  default boolean keepsWhenErased() {
    return true;
  }

  /** A name, made short. */
  static VolumeName name(String value) {
    return new VolumeName(value);
  }

  /** Waits for a job as long as a slow machine may take. */
  static <T> T await(Job<T> job) throws ExecutionException, InterruptedException, TimeoutException {
    return job.result().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Fails unless the call ends in that kind of {@link VolumeException}. */
  static void assertRefused(VolumeException.Kind kind, ThrowingCallable call) {
    try {
      call.call();
    } catch (VolumeException e) {
      if (e.kind() != kind) {
        fail("expected " + kind + ", was " + e.kind() + ": " + e.getMessage(), e);
      }
      return;
    } catch (Throwable e) {
      fail("expected a VolumeException of kind " + kind, e);
    }
    fail("expected a VolumeException of kind " + kind + ", but the call succeeded");
  }

  /** Fails unless the call ends in that kind of {@link BlockException}. */
  static void assertBlockRefused(BlockException.Kind kind, ThrowingCallable call) {
    try {
      call.call();
    } catch (BlockException e) {
      if (e.kind() != kind) {
        fail("expected " + kind + ", was " + e.kind() + ": " + e.getMessage(), e);
      }
      return;
    } catch (Throwable e) {
      fail("expected a BlockException of kind " + kind, e);
    }
    fail("expected a BlockException of kind " + kind + ", but the call succeeded");
  }
}
