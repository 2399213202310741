/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.blockio.DeviceException;
import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.RawDevice;
import io.lunette.blockio.Support;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.EraseClaim;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseRequest;
import io.lunette.engine.format.PoolLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases runs of the device, many at a time because depth is what makes it fast, and reads them
 * back.
 */
final class RunEraser {

  /** Runs under way at a time: enough for a disk, by measurement, and no more. */
  static final int DEPTH = 16;

  private static final Logger LOG = LoggerFactory.getLogger(RunEraser.class);

  private static final int RUNS_PER_TASK = 4;

  private static final ByteBuffer ZEROES =
      AlignedBuffers.allocate(DirtyRuns.MAX_RUN_BYTES).asReadOnlyBuffer();

  /** One for all pools: who opens many would leave his thread one of each. */
  private static final ThreadLocal<ByteBuffer> READ_BACK =
      ThreadLocal.withInitial(() -> AlignedBuffers.allocate(PoolLayout.EXTENT_BYTES));

  private final RawDevice device;
  private final AsideFlush flush;
  private final DeviceFeatures features;
  private final ExecutorService workers;
  private final ScrubPace pace;

  RunEraser(Pool pool, ExecutorService workers, ScrubPace pace) {
    this.pace = pace;
    this.device = pool.device;
    this.flush = pool.flush;
    this.features = pool.features;
    this.workers = workers;
  }

  /** Whether the device can do what a method needs. */
  static boolean offers(DeviceFeatures features, EraseMethod method) {
    return switch (method) {
      case ZERO_FILL, OVERWRITE, CRYPTO -> true;
      case WRITE_ZEROES_OFFLOAD -> features.zeroRange() == Support.YES;
      case DISCARD -> features.punchHole() == Support.YES;
    };
  }

  /**
   * Is told that old bytes may stay on the medium, before the first of them can be lost sight of.
   */
  interface Elsewhere {
    void found() throws IOException, BlockException;
  }

  /**
   * Leaves the runs zero, and durably so after a {@link #flush}. Where the device has lost what the
   * method needs, as when the pool's file was moved while it was being erased, zeroes are written:
   * they claim less than they do.
   *
   * @param elsewhere told, before that is done, that something will not be written where the old
   *     bytes lie, as far as can be told
   */
  void erase(List<DirtyRuns.Run> runs, EraseRequest request, Elsewhere elsewhere)
      throws IOException {
    EraseMethod method =
        offers(features, request.method()) ? request.method() : EraseMethod.ZERO_FILL;
    Sharing sharing = new Sharing(elsewhere);
    if (features.overwriteInPlace() != Support.YES || method.claim() == EraseClaim.HIDDEN) {
      sharing.found();
    }
    switch (method) {
      case ZERO_FILL, CRYPTO -> write(runs, ZEROES, sharing);
      case OVERWRITE -> {
        for (int pass = 0; pass < request.passes().count(); pass++) {
          write(runs, filled(request.passes().byteOf(pass)), sharing);
          // Else a cache on the way would let the next pass take this one's place.
          flush();
        }
        write(runs, ZEROES, sharing);
      }
      case WRITE_ZEROES_OFFLOAD -> each(runs, this::zero);
      case DISCARD -> each(runs, run -> device.punchHole(run.offsetBytes(), run.lengthBytes()));
    }
  }

  /** Looks for runs that somebody shares before they are written, which ends the sharing. */
  private final class Sharing {

    private final Elsewhere elsewhere;
    private volatile boolean isFound;

    Sharing(Elsewhere elsewhere) {
      this.elsewhere = elsewhere;
    }

    void look(DirtyRuns.Run run) throws IOException {
      if (!isFound && device.isShared(run.offsetBytes(), run.lengthBytes())) {
        found();
      }
    }

    /** Whoever finds it as well waits until it has been told. */
    synchronized void found() throws IOException {
      if (isFound) {
        return;
      }
      try {
        elsewhere.found();
      } catch (BlockException e) {
        throw new IOException(e);
      }
      isFound = true;
    }
  }

  /** Makes all that was erased so far durable. */
  void flush() throws IOException {
    pace.take(0, flush::flush);
  }

  private void write(List<DirtyRuns.Run> runs, ByteBuffer content, Sharing sharing)
      throws IOException {
    each(
        runs,
        run -> {
          sharing.look(run);
          fill(run, content, this::isHole);
        });
  }

  /** Writes a run; where there is no space for a page, that must be zero and be left so. */
  private void fill(DirtyRuns.Run run, ByteBuffer content, Unwritten mayStay) throws IOException {
    try {
      write(run.offsetBytes(), content.slice(0, run.lengthBytes()));
    } catch (DeviceException e) {
      if (!e.isNoSpace()) {
        throw e;
      }
      writeAroundHoles(run, content, mayStay);
    }
  }

  /**
   * Past the page cache where that can be had: nobody reads it but whoever verifies it, it takes
   * the device's time here, at the scrub's pace, and not that of who flushes next, and a place that
   * takes no write fails this write alone, and no flush of everybody's.
   */
  private void write(long offsetBytes, ByteBuffer content) throws DeviceException {
    if (features.directAlignmentBytes() > 0) {
      device.writePast(offsetBytes, content);
    } else {
      device.write(offsetBytes, content);
    }
  }

  /** A full file system that does not find the space that it takes to zero has them written. */
  private void zero(DirtyRuns.Run run) throws IOException {
    try {
      device.zeroRange(run.offsetBytes(), run.lengthBytes());
    } catch (DeviceException e) {
      if (!e.isNoSpace()) {
        throw e;
      }
      // What reads as zeroes is as hidden as the method claims.
      fill(run, ZEROES, page -> true);
    }
  }

  /** Whether a page that reads as zeroes, and cannot be written, may stay as it is. */
  private interface Unwritten {
    boolean mayStay(long offsetBytes) throws DeviceException;
  }

  /**
   * On a full file system a hole under the pool takes no zeroes, and needs none: nothing lies
   * there. A page that is refused must read as zeroes from the device.
   */
  private void writeAroundHoles(DirtyRuns.Run run, ByteBuffer content, Unwritten unwritten)
      throws IOException {
    for (int at = 0; at < run.lengthBytes(); at += PoolLayout.PAGE_BYTES) {
      try {
        write(run.offsetBytes() + at, content.slice(at, PoolLayout.PAGE_BYTES));
      } catch (DeviceException e) {
        long page = run.offsetBytes() + at;
        if (!e.isNoSpace() || !isZero(page) || !unwritten.mayStay(page)) {
          throw e;
        }
      }
    }
  }

  private boolean isZero(long page) throws DeviceException {
    ByteBuffer found = readBackOf(PoolLayout.PAGE_BYTES);
    device.readBack(page, found);
    return found.mismatch(ZEROES.slice(0, PoolLayout.PAGE_BYTES)) < 0;
  }

  /** What has space and reads as zeroes may hide, on the medium, what was written there before. */
  private boolean isHole(long page) throws DeviceException {
    return device
        .nextHeld(page)
        .filter(held -> held.offsetBytes() < page + PoolLayout.PAGE_BYTES)
        .isEmpty();
  }

  private static ByteBuffer filled(byte value) {
    ByteBuffer content = AlignedBuffers.allocate(DirtyRuns.MAX_RUN_BYTES);
    for (int at = 0; at < content.capacity(); at++) {
      content.put(at, value);
    }
    return content;
  }

  /**
   * Reads back from the device.
   *
   * @throws DeviceException if anything but zeroes is there
   */
  void verify(List<DirtyRuns.Run> runs) throws IOException {
    each(
        runs,
        run -> {
          ByteBuffer found = readBackOf(run.lengthBytes());
          device.readBack(run.offsetBytes(), found);
          int at = found.mismatch(ZEROES.slice(0, run.lengthBytes()));
          if (at >= 0) {
            throw new DeviceException(
                device.identity()
                    + ": byte "
                    + (run.offsetBytes() + at)
                    + " is not zero after the scrub wrote it");
          }
        });
  }

  private ByteBuffer readBackOf(int lengthBytes) {
    ByteBuffer buffer = READ_BACK.get();
    if (buffer.capacity() < lengthBytes) {
      buffer = AlignedBuffers.allocate(Integer.highestOneBit(lengthBytes - 1) << 1);
      READ_BACK.set(buffer);
    }
    return buffer.slice(0, lengthBytes);
  }

  private interface Step {
    void on(DirtyRuns.Run run) throws IOException;
  }

  /** Takes a step on every run, as many at a time as pays, this thread among those that do it. */
  private void each(List<DirtyRuns.Run> runs, Step step) throws IOException {
    AtomicInteger next = new AtomicInteger();
    Callable<Void> work =
        () -> {
          for (int i = next.getAndIncrement(); i < runs.size(); i = next.getAndIncrement()) {
            DirtyRuns.Run run = runs.get(i);
            // Asked for as late as can be: what waits in a queue could not be held back.
            pace.take(run.lengthBytes(), () -> step.on(run));
          }
          return null;
        };
    FutureTask<Void> own = new FutureTask<>(work);
    List<Future<Void>> tasks = helpers(depth(runs) - 1, work);
    own.run();
    tasks.add(own);
    IOException failure = null;
    for (Future<Void> one : tasks) {
      IOException cause = end(one);
      failure = failure == null ? cause : failure;
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** As many as there are threads for: whoever has begun is to be waited for. */
  private List<Future<Void>> helpers(int most, Callable<Void> work) {
    List<Future<Void>> helpers = new ArrayList<>(DEPTH);
    try {
      while (helpers.size() < most) {
        helpers.add(workers.submit(work));
      }
    } catch (OutOfMemoryError e) {
      LOG.warn("the scrub goes on with {} threads: {}", helpers.size() + 1, e.getMessage());
    }
    return helpers;
  }

  /** Several short runs make one task: a thread for each would cost more than it saves. */
  private static int depth(List<DirtyRuns.Run> runs) {
    long byBytes = DirtyRuns.bytes(runs) / DirtyRuns.MAX_RUN_BYTES;
    return (int) Math.min(DEPTH, Math.max(runs.size() / RUNS_PER_TASK, byBytes));
  }

  /** Waits for the end of a task; returns why it failed, or null. */
  private static IOException end(Future<Void> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return null;
        } catch (ExecutionException e) {
          return e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
