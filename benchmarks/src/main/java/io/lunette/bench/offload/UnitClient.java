/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.libiscsi.DataDirection;
import io.lunette.libiscsi.InitiatorException;
import io.lunette.libiscsi.InitiatorSession;
import io.lunette.libiscsi.ScsiFailure;
import io.lunette.libiscsi.SessionOptions;
import io.lunette.libiscsi.TaskCompletion;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;

/**
 * Gives commands to one unit, and returns when they have ended. What asks for another try (a unit
 * attention, BUSY, TASK SET FULL) is tried again some times. Used by one thread.
 */
final class UnitClient implements AutoCloseable {

  /** Commands that can be under way. */
  static final int DEPTH = 8;

  /** The most that a command moves. */
  static final int BUFFER_BYTES = 256 << 10;

  private static final String INITIATOR = "iqn.2026-11.io.lunette:bench";
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int POLL_MILLIS = 100;
  private static final int ATTEMPTS_MAX = 5;
  private static final int BUSY = 0x08;
  private static final int TASK_SET_FULL = 0x28;
  private static final int UNIT_ATTENTION = 6;

  private final InitiatorSession session;

  private UnitClient(InitiatorSession session) {
    this.session = session;
  }

  static UnitClient open(TargetUrl target) throws InitiatorException {
    return new UnitClient(
        InitiatorSession.open(
            target.url(), new SessionOptions(INITIATOR, DEPTH, BUFFER_BYTES, false, PATIENCE)));
  }

  long blockCount() {
    return session.blockCount();
  }

  int blockBytes() {
    return session.blockBytes();
  }

  /** Gives one command and returns what it received: a view until the next one. */
  ByteBuffer ask(ScsiCommand command) throws InitiatorException, CommandRefused {
    ByteBuffer[] received = {ByteBuffer.allocate(0)};
    ScsiCommand observed =
        command.direction() == DataDirection.IN
            ? ScsiCommand.in(
                command.name(), command.cdb(), command.bytes(), data -> received[0] = data)
            : command;
    all(Collections.singleton(observed).iterator(), 1);
    return received[0];
  }

  /** Gives all of them, so many at a time, and ends at the first that is refused. */
  void all(Iterator<ScsiCommand> commands, int depth) throws InitiatorException, CommandRefused {
    Stream stream = new Stream(commands);
    for (int task = 0; task < Math.min(depth, DEPTH); task++) {
      stream.next(task);
    }
    while (session.inFlight() > 0) {
      int ignored = session.poll(POLL_MILLIS, stream);
    }
    if (stream.refusal != null) {
      throw stream.refusal;
    }
  }

  private final class Stream implements TaskCompletion {

    private final Iterator<ScsiCommand> commands;
    private final ScsiCommand[] running = new ScsiCommand[DEPTH];
    private final int[] attempts = new int[DEPTH];
    private CommandRefused refusal;

    Stream(Iterator<ScsiCommand> commands) {
      this.commands = commands;
    }

    void next(int task) throws InitiatorException {
      if (refusal == null && commands.hasNext()) {
        ScsiCommand command = commands.next();
        if (command.direction() == DataDirection.OUT) {
          command.work().on(data(task, command.bytes()));
        }
        start(task, command);
      }
    }

    private void start(int task, ScsiCommand command) throws InitiatorException {
      running[task] = command;
      attempts[task] = 0;
      send(task);
    }

    private void send(int task) throws InitiatorException {
      ScsiCommand command = running[task];
      session.command(task, command.cdb(), command.direction(), command.bytes());
    }

    private ByteBuffer data(int task, int bytes) {
      return session.buffer(task).slice(0, bytes);
    }

    @Override
    public void completed(int task) throws InitiatorException {
      ScsiCommand command = running[task];
      if (command.direction() == DataDirection.IN) {
        command.work().on(data(task, session.transferredBytes(task)));
      }
      if (command.then().isPresent()) {
        start(task, command.then().get());
      } else {
        next(task);
      }
    }

    @Override
    public void failed(int task, ScsiFailure failure) throws InitiatorException {
      if (isPassing(failure) && ++attempts[task] < ATTEMPTS_MAX) {
        send(task);
      } else if (refusal == null) {
        refusal = new CommandRefused(running[task].name(), failure);
      }
    }
  }

  private static boolean isPassing(ScsiFailure failure) {
    return failure.status() == BUSY
        || failure.status() == TASK_SET_FULL
        || failure.sense().map(sense -> sense.key() == UNIT_ATTENTION).orElse(false);
  }

  @Override
  public void close() throws InitiatorException {
    session.close();
  }
}
