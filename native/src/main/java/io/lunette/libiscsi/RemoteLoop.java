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
  private static final int ATTEMPTS_MAX = 4;

  /** Statuses of SAM that ask for another try. */
  private static final int BUSY = 0x08;

  private static final int TASK_SET_FULL = 0x28;

  private final InitiatorSession session;
  private final String url;
  private final Piece[] running;
  private final Deque<Integer> free = new ArrayDeque<>();
  private final Deque<Piece> repeated = new ArrayDeque<>();
  private final Set<RemoteRequest> requests = new LinkedHashSet<>();
  private final Deque<RemoteRequest> submitted = new ArrayDeque<>();
  private boolean closing;
  private boolean over;
  private boolean writesSame = true;

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
        if (session.inFlight() > 0) {
          int ignored = session.poll(POLL_MILLIS, this);
        }
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

  /** Waits for requests where there are none; false when it is time to end. */
  private boolean takeSubmitted() {
    synchronized (submitted) {
      boolean interrupted = false;
      while (requests.isEmpty() && submitted.isEmpty() && !closing) {
        try {
          submitted.wait();
        } catch (InterruptedException e) {
          interrupted = true;
          closing = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
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
    while (!free.isEmpty() && !repeated.isEmpty()) {
      start(repeated.poll());
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
      repeated.add(piece);
    } else if (isPassing(failure) && piece.attempt() < ATTEMPTS_MAX) {
      repeated.add(piece.again());
    } else {
      boolean reading = !piece.flush() && piece.request().kind == Kind.READ;
      piece.request().ended(SenseMeaning.of(failure, url, reading), piece.flush());
    }
  }

  private static boolean isPassing(ScsiFailure failure) {
    return failure.status() == BUSY
        || failure.status() == TASK_SET_FULL
        || SenseMeaning.isUnitAttention(failure);
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
