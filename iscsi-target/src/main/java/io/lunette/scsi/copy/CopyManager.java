/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.device.CommandDescriptor;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The copy manager of a target (SPC-4 §5.17.2): all its units share it, so that a token of one can
 * be used at another. It holds the ROD tokens; operations under way are their units'.
 */
public final class CopyManager {

  private static final int IDLE_SECONDS = 10;

  private final Executor threads;
  private final List<CommandDescriptor> rows = new ArrayList<>();

  /**
   * @param threads carries out the steps of copies, which may wait for metadata of a device
   * @param random makes tokens impossible to guess
   * @param nanos a clock as {@link System#nanoTime}
   */
  public CopyManager(Executor threads, SecureRandom random, LongSupplier nanos) {
    this.threads = threads;
    rows.addAll(new ExtendedCopyCommands(threads).rows());
    rows.addAll(new TokenCommands(threads, new RodTokens(nanos), random).rows());
    rows.addAll(ReceiveCopyCommands.rows());
  }

  /** One whose copies are carried out by one thread of their own, which is there when needed. */
  public static CopyManager threaded(ThreadFactory factory) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
    threads.allowCoreThreadTimeOut(true);
    return new CopyManager(threads, new SecureRandom(), System::nanoTime);
  }

  /** What carries out its steps, for others that may wait for metadata of a device too. */
  public Executor threads() {
    return threads;
  }

  /** Its commands. */
  public List<CommandDescriptor> rows() {
    return List.copyOf(rows);
  }
}
