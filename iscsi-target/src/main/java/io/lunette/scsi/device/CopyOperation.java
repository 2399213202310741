/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.scsi.Outcome;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A third-party copy operation as those see it who did not begin it (SPC-4 §5.17.4): how far it is,
 * that it should end, how it ended. It may outlive its command and its session. Thread-safe.
 */
public final class CopyOperation {

  /** The kinds of results; each is told until it has been told once. */
  public enum Result {
    STATUS,
    FAILURE_DETAILS,
    TOKEN
  }

  /**
   * Who began it, and how.
   *
   * @param listId list identifier; empty if it cannot be asked about
   * @param serviceAction of the command that began it
   * @param background whether it goes on behind the command's back
   * @param blockBytes block length of the destination
   */
  public record Origin(
      InitiatorPort port,
      Optional<Long> listId,
      int serviceAction,
      boolean background,
      int blockBytes) {}

  private final Origin origin;
  private volatile long bytes;
  private volatile int segments;
  private volatile int operations;
  private volatile boolean stopping;

  @GuardedBy("this")
  private final List<Runnable> waiting = new ArrayList<>();

  @GuardedBy("this")
  private final Set<Result> told = EnumSet.noneOf(Result.class);

  @GuardedBy("this")
  private Outcome outcome;

  @GuardedBy("this")
  private boolean partial;

  @GuardedBy("this")
  private byte[] token;

  public CopyOperation(Origin origin) {
    this.origin = origin;
  }

  public Origin origin() {
    return origin;
  }

  InitiatorPort port() {
    return origin.port;
  }

  /** Bytes that are at the destination, in the order asked for. */
  public long bytes() {
    return bytes;
  }

  /** Segments begun. */
  public int segments() {
    return segments;
  }

  /** Reads and writes that succeeded, modulo 65536. */
  public int operations() {
    return operations & 0xFFFF;
  }

  /** Notes how far it is; by the operation's own thread. */
  public void progress(int segmentsBegun, long bytesDone, int operationsDone) {
    segments = segmentsBegun;
    operations = operationsDone;
    bytes = bytesDone;
  }

  /** Asks it to end soon. */
  public void stop() {
    stopping = true;
  }

  public boolean isStopping() {
    return stopping;
  }

  public synchronized boolean isRunning() {
    return outcome == null;
  }

  /** How it ended; null while it runs. */
  public synchronized Outcome outcome() {
    return outcome;
  }

  /** Whether it ended well before all was done that was asked for. */
  public synchronized boolean isPartial() {
    return partial;
  }

  /** A copy of the ROD token that it created; empty if none. */
  public synchronized byte[] token() {
    return token == null ? new byte[0] : token.clone();
  }

  /** Notes the ROD token that it created; before its end. */
  public synchronized void created(byte[] newToken) {
    token = newToken.clone();
  }

  /** It has ended and nothing of it is under way. Called once. */
  public void end(Outcome result, boolean endedEarly) {
    List<Runnable> listeners;
    synchronized (this) {
      outcome = result;
      partial = endedEarly;
      listeners = List.copyOf(waiting);
      waiting.clear();
    }
    listeners.forEach(Runnable::run);
  }

  /** Runs a listener when it has ended: now if it has. */
  public void whenEnded(Runnable listener) {
    synchronized (this) {
      if (outcome == null) {
        waiting.add(listener);
        return;
      }
    }
    listener.run();
  }

  /** Whether this kind of result has not been told yet. */
  @CheckReturnValue
  public synchronized boolean has(Result result) {
    return !told.contains(result);
  }

  /** This kind of result has reached the initiator; an operation under way tells it again. */
  public synchronized void tell(Result result) {
    if (outcome != null) {
      told.add(result);
    }
  }
}
