/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import io.lunette.core.block.BlockException;
import io.lunette.libiscsi.RemoteRequest.Kind;
import io.lunette.libiscsi.RemoteRequest.Piece;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the tasks of one session with the pieces of requests. {@link #submit} and {@link #close}
 * may be called by any thread; the rest belongs to the one that runs it.
 */
final class RemoteLoop implements TaskCompletion {

  private static final Logger LOG = LoggerFactory.getLogger(RemoteLoop.class);
  private static final int POLL_MILLIS = 2;

  /** How long nothing is asked before the target is looked at: it may ping, or be gone. */
  private static final int IDLE_MILLIS = 1000;

  private static final int ATTENTIONS_MAX = 4;

  /** With the pauses between them about 25 s. */
  private static final int BUSY_MAX = 30;

  private static final int PAUSE_MILLIS_MIN = 10;
  private static final int PAUSE_DOUBLINGS_MAX = 7;

  /** Statuses of SAM that ask for another try. */
  private static final int BUSY = 0x08;

  private static final int TASK_SET_FULL = 0x28;

  private final InitiatorSession session;
  private final String url;
  private final Piece[] running;
  private final Deque<Integer> free = new ArrayDeque<>();
  private final Deque<Again> repeated = new ArrayDeque<>();
  private final Set<RemoteRequest> requests = new LinkedHashSet<>();
  private final Deque<RemoteRequest> submitted = new ArrayDeque<>();
  private boolean closing;
  private boolean over;
  private boolean writesSame = true;

  /** A piece that is to be tried again, not before a time of {@link System#nanoTime}. */
  private record Again(Piece piece, long notBefore) {}

  RemoteLoop(InitiatorSession session, String url) {
    this.session = session;
    this.url = url;
    this.running = new Piece[session.depth()];
    for (int i = 0; i < running.length; i++) {
      free.add(i);
    }
  }

  void submit(RemoteRequest request) {
    synchronized (submitted) {
      if (!closing && !over) {
        submitted.add(request);
        submitted.notifyAll();
        return;
      }
    }
    request.abort(gone(null));
  }

  private BlockException gone(Throwable cause) {
    String why = cause == null ? "it was closed" : cause.getMessage();
    return new BlockException(
        BlockException.Kind.GONE, "the LUN " + url + " is gone: " + why, cause);
  }

  /** Ends the loop once what was submitted has ended. */
  void close() {
    synchronized (submitted) {
      closing = true;
      submitted.notifyAll();
    }
  }

  void run() {
    InitiatorException broken = null;
    try {
      while (takeSubmitted()) {
        startPieces();
        boolean waits = session.inFlight() > 0 || !repeated.isEmpty();
        int ignored = session.poll(waits ? POLL_MILLIS : 0, this);
        endRequests();
      }
    } catch (InitiatorException e) {
      LOG.warn("the connection to {} is lost: {}", url, e.getMessage());
      broken = e;
    }
    abandon(broken);
    try {
      session.close();
    } catch (InitiatorException e) {
      LOG.debug("logging out of {}", url, e);
    }
  }

  /** Waits a while for requests where there are none; false when it is time to end. */
  private boolean takeSubmitted() {
    synchronized (submitted) {
      if (requests.isEmpty() && submitted.isEmpty() && !closing) {
        try {
          submitted.wait(IDLE_MILLIS);
        } catch (InterruptedException e) {
          closing = true;
          Thread.currentThread().interrupt();
        }
      }
      requests.addAll(submitted);
      submitted.clear();
      return !closing || !requests.isEmpty();
    }
  }

  private void abandon(InitiatorException broken) {
    synchronized (submitted) {
      over = true;
      requests.addAll(submitted);
      submitted.clear();
    }
    for (RemoteRequest request : requests) {
      request.abort(gone(broken));
    }
    requests.clear();
  }

  private void startPieces() throws InitiatorException {
    long now = System.nanoTime();
    var each = repeated.iterator();
    while (!free.isEmpty() && each.hasNext()) {
      Again again = each.next();
      if (now - again.notBefore() >= 0) {
        each.remove();
        start(again.piece());
      }
    }
    for (RemoteRequest request : requests) {
      while (!free.isEmpty() && request.hasNext()) {
        start(request.next(session.buffer(0).capacity()));
      }
    }
  }

  private void start(Piece piece) throws InitiatorException {
    int task = free.poll();
    running[task] = piece;
    if (piece.flush()) {
      session.synchronizeCache(task);
      return;
    }
    int block = session.blockBytes();
    long lba = piece.position() / block;
    int blocks = piece.length() / block;
    ByteBuffer buffer = session.buffer(task).duplicate().clear();
    if (piece.request().kind == Kind.READ) {
      session.read(task, lba, blocks);
    } else if (piece.request().kind == Kind.WRITE) {
      buffer.put(piece.memory());
      session.write(task, lba, blocks);
    } else if (writesSame) {
      zero(buffer, block);
      session.writeSame(task, lba, blocks);
    } else {
      zero(buffer, piece.length());
      session.write(task, lba, blocks);
    }
  }

  private static void zero(ByteBuffer buffer, int length) {
    for (int i = 0; i < length; i += Long.BYTES) {
      buffer.putLong(i, 0);
    }
  }

  @Override
  public void completed(int task) {
    Piece piece = running[task];
    if (!piece.flush() && piece.request().kind == Kind.READ) {
      ByteBuffer buffer = session.buffer(task).duplicate().clear();
      piece.memory().put(buffer.limit(piece.length()));
    }
    free(task);
    piece.request().ended(null, piece.flush());
  }

  private void free(int task) {
    running[task] = null;
    free.add(task);
  }

  @Override
  public void failed(int task, ScsiFailure failure) {
    Piece piece = running[task];
    free(task);
    boolean zeroes = !piece.flush() && piece.request().kind == Kind.ZERO;
    if (zeroes && writesSame && SenseMeaning.isIllegal(failure)) {
      writesSame = false;
      repeated.add(new Again(piece, System.nanoTime()));
    } else if (SenseMeaning.isUnitAttention(failure) && piece.attempt() < ATTENTIONS_MAX) {
      repeated.add(new Again(piece.again(), System.nanoTime()));
    } else if (isBusy(failure) && piece.attempt() < BUSY_MAX) {
      repeated.add(new Again(piece.again(), System.nanoTime() + pauseNanos(piece.attempt())));
    } else {
      boolean reading = !piece.flush() && piece.request().kind == Kind.READ;
      piece.request().ended(SenseMeaning.of(failure, url, reading), piece.flush());
    }
  }

  private static boolean isBusy(ScsiFailure failure) {
    return failure.status() == BUSY || failure.status() == TASK_SET_FULL;
  }

  private static long pauseNanos(int attempt) {
    long millis = (long) PAUSE_MILLIS_MIN << Math.min(attempt, PAUSE_DOUBLINGS_MAX);
    return millis * 1_000_000;
  }

  private void endRequests() {
    var each = requests.iterator();
    while (each.hasNext()) {
      RemoteRequest request = each.next();
      if (request.isOver()) {
        each.remove();
        request.complete();
      }
    }
  }
}
