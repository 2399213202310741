/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.PduWriter;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.DeviceServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of one connection, from the command's arrival to its outcome: buffers within a bound,
 * execution, aborts. On the event loop, except where a method says otherwise.
 *
 * <p>A command whose buffers do not fit waits; it holds at most one first burst of data meanwhile,
 * and runs when others have given theirs back. So a connection holds no more than its bound, one
 * command beyond it, and a first burst for each place of the command window; all connections
 * together hold what their {@link TransferBudget} allows.
 */
final class TaskSet {

  private static final Logger LOG = LoggerFactory.getLogger(TaskSet.class);

  private final Channel channel;
  private final PduWriter writer;
  private final DeviceServer server;
  private final int mostBytes;
  private final Listener listener;
  private final IntObjectMap<IscsiTask> tasks = new IntObjectHashMap<>();
  private final Deque<IscsiTask> spare = new ArrayDeque<>();
  private final Deque<IscsiTask> waiting = new ArrayDeque<>();
  private final TaskOrders orders = new TaskOrders();
  private final Deque<IscsiTask> overdue = new ArrayDeque<>();
  private final List<Abort> aborts = new ArrayList<>();
  private final TransferBudget.Share share;
  private final AtomicInteger heldBytes = new AtomicInteger();
  private final AtomicInteger outstanding = new AtomicInteger();
  private final Queue<IscsiTask> ended = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private boolean admitting;
  private boolean starting;

  /** Whether somebody waits for the socket to take what is unsent. */
  private boolean sending;

  /** Who goes on with a task. */
  interface Listener {

    /** There is room for the command's buffers. */
    void admitted(IscsiTask task);

    /** The command has its outcome, or was aborted before it had one. */
    void ended(IscsiTask task);
  }

  /** Somebody waits for these tasks to be gone. */
  private record Abort(List<IscsiTask> left, Runnable done) {}

  TaskSet(
      Channel channel,
      PduWriter writer,
      DeviceServer server,
      int mostBytes,
      TransferBudget budget,
      Listener listener) {
    this.channel = channel;
    this.writer = writer;
    this.server = server;
    this.mostBytes = mostBytes;
    this.share = new TransferBudget.Share(budget, () -> wake());
    this.listener = listener;
  }

  /** How many tasks there are; for any thread. */
  int outstanding() {
    return outstanding.get();
  }

  IscsiTask find(int itt) {
    return tasks.get(itt);
  }

  IscsiTask create() {
    IscsiTask task = spare.poll();
    return task == null ? new IscsiTask(this) : task;
  }

  void add(IscsiTask task) {
    if (task.isOrdered() || !orders.isEmpty()) {
      orders.arrived(task, tasks.values());
    }
    tasks.put(task.itt, task);
    outstanding.lazySet(tasks.size());
  }

  /** A buffer that counts against the bound. Any thread. */
  ByteBuf allocate(int bytes) {
    ByteBuf buffer = channel.alloc().directBuffer(bytes);
    heldBytes.addAndGet(buffer.capacity());
    if (channel.eventLoop().inEventLoop()) {
      tellBudget();
    }
    return buffer;
  }

  /** Makes a buffer larger; what is in it stays. */
  void grow(ByteBuf buffer, int bytes) {
    heldBytes.addAndGet(bytes - buffer.capacity());
    buffer.capacity(bytes);
  }

  /** Gives a buffer back. Any thread. */
  void release(ByteBuf buffer) {
    if (buffer != null) {
      heldBytes.addAndGet(-buffer.capacity());
      buffer.release();
    }
  }

  /** Gives back what outlived its command, and lets on who waits for it. Any thread. */
  void giveBack(ByteBuf buffer) {
    release(buffer);
    wake();
  }

  /** What is handed to the socket no longer counts here, but in the socket's own bound. */
  void handOver(ByteBuf buffer) {
    heldBytes.addAndGet(-buffer.capacity());
  }

  /** Whether the bound leaves anything to borrow. Any thread. */
  boolean mayBorrow() {
    return heldBytes.get() < mostBytes;
  }

  boolean hasRoom() {
    tellBudget();
    return heldBytes.get() < mostBytes && channel.isWritable() && share.hasRoom();
  }

  /** Whether all connections together hold as much as they may. */
  boolean isOverBudget() {
    tellBudget();
    return !share.hasRoom();
  }

  /** Buffers of commands, and what the socket has not taken yet. */
  private void tellBudget() {
    share.holds(heldBytes.get() + unsentBytes());
  }

  /** None once the channel is closed. */
  private long unsentBytes() {
    ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
    return unsent == null ? 0 : unsent.totalPendingWriteBytes();
  }

  /** Room has been given back, here or by other connections. Any thread. */
  private void wake() {
    try {
      channel.eventLoop().execute(this::admitAndFlush);
    } catch (RejectedExecutionException e) {
      LOG.debug("nobody waits: the target was closed", e);
    }
  }

  private void admitAndFlush() {
    writer.hold();
    admit();
    writer.flush();
    flushed();
  }

  /** Tells the budget what the socket has taken: now, and when it has taken the rest. */
  void flushed() {
    tellBudget();
    if (!sending && unsentBytes() >= TransferBudget.STEP_BYTES) {
      sending = true;
      channel
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(
              sent -> {
                sending = false;
                flushed();
              });
    }
  }

  /** True if the data of some command has not moved for more than so many calls of this. */
  boolean standStill(int ticks) {
    admitAndFlush();
    for (IscsiTask task : tasks.values()) {
      int came = task.out == null ? 0 : task.out.writerIndex();
      if (task.stage != IscsiTask.Stage.RECEIVING || came != task.seenOut) {
        task.seenOut = came;
        task.timesSeen = 0;
      } else if (++task.timesSeen > ticks) {
        return true;
      }
    }
    return false;
  }

  /** Lets the command on as soon as there is room. */
  void await(IscsiTask task) {
    task.stage = IscsiTask.Stage.WAITING;
    waiting.add(task);
    admit();
  }

  /** Lets on who waits, in order. Never nested, so that inline completions do not pile up. */
  void admit() {
    if (admitting) {
      return;
    }
    admitting = true;
    tellBudget();
    try {
      while (!waiting.isEmpty() && hasRoom()) {
        listener.admitted(waiting.poll());
      }
      if (!waiting.isEmpty() && nothingRuns() && (isOverBudget() || !mayBorrow())) {
        shed();
      }
    } finally {
      admitting = false;
    }
  }

  /** Whether every command waits for room, or for one that does. */
  private boolean nothingRuns() {
    return orders.isEmpty()
        ? waiting.size() == tasks.size()
        : tasks.values().stream().allMatch(TaskSet::waits);
  }

  private static boolean waits(IscsiTask task) {
    return task.stage == IscsiTask.Stage.WAITING || task.stage == IscsiTask.Stage.ORDERED;
  }

  /** None of those who wait may hold what the others wait for. */
  private void shed() {
    for (IscsiTask task : List.copyOf(tasks.values())) {
      if (waits(task) && task.out != null) {
        waiting.remove(task);
        task.outcome = Outcome.BUSY;
        listener.ended(task);
      }
    }
  }

  /** Executes a command that has its data, once its attribute and those of others let it begin. */
  void execute(IscsiTask task) {
    if (orders.admits(task)) {
      task.stage = IscsiTask.Stage.EXECUTING;
      server.execute(task);
    } else {
      task.stage = IscsiTask.Stage.ORDERED;
      admit();
    }
  }

  /** Executes those that the end of another lets begin. Never nested, as {@link #admit}. */
  private void begin(List<IscsiTask> tasksInOrder) {
    overdue.addAll(tasksInOrder);
    if (starting) {
      return;
    }
    starting = true;
    try {
      IscsiTask next;
      while ((next = overdue.poll()) != null) {
        if (!next.aborted && next.stage == IscsiTask.Stage.ORDERED) {
          execute(next);
        }
      }
    } finally {
      starting = false;
    }
  }

  /**
   * Any thread; the last step of a task before its answer. What ends on the event loop, but while
   * it serves another connection, has nobody yet who flushes its answer.
   */
  void hasEnded(IscsiTask task) {
    if (channel.eventLoop().inEventLoop() && writer.isHeld() && ended.isEmpty()) {
      listener.ended(task);
      return;
    }
    ended.add(task);
    if (woken.compareAndSet(false, true)) {
      try {
        channel.eventLoop().execute(this::answerEnded);
      } catch (RejectedExecutionException e) {
        forgetEnded();
      }
    }
  }

  /** The device has answered after the target was closed: there is no event loop any more. */
  private void forgetEnded() {
    woken.set(false);
    IscsiTask task;
    while ((task = ended.poll()) != null) {
      task.releaseBuffers();
    }
  }

  private void answerEnded() {
    woken.set(false);
    writer.hold();
    IscsiTask task;
    while ((task = ended.poll()) != null) {
      answer(task);
    }
    admitAndFlush();
  }

  /** An answer that cannot be given costs the connection, not the answers after it. */
  private void answer(IscsiTask task) {
    try {
      listener.ended(task);
    } catch (RuntimeException | Error e) {
      channel.pipeline().fireExceptionCaught(e);
    }
  }

  /** Forgets a task and gives its buffers back. */
  void remove(IscsiTask task) {
    if (tasks.get(task.itt) == task) {
      tasks.remove(task.itt);
      outstanding.lazySet(tasks.size());
    }
    task.releaseBuffers();
    task.stage = null;
    spare.push(task);
    if (task.group != null) {
      begin(orders.left(task));
    }
    for (int i = aborts.size() - 1; i >= 0; i--) {
      Abort abort = aborts.get(i);
      if (abort.left.remove(task) && abort.left.isEmpty()) {
        aborts.remove(i);
        abort.done.run();
      }
    }
    admit();
  }

  /**
   * Aborts tasks: no status is sent for them. What the device already has is let end first. None of
   * those that wait is let on by the room that the end of another makes.
   *
   * @param done runs when they are gone
   */
  void abort(Predicate<IscsiTask> which, Runnable done) {
    List<IscsiTask> victims = new ArrayList<>();
    for (IscsiTask task : tasks.values()) {
      if (which.test(task)) {
        victims.add(task);
      }
    }
    for (IscsiTask task : victims) {
      task.aborted = true;
      task.stop();
    }
    waiting.removeIf(task -> task.aborted);
    List<IscsiTask> idle =
        victims.stream()
            .filter(task -> task.stage != IscsiTask.Stage.EXECUTING && !task.segmentOpen)
            .toList();
    if (victims.isEmpty()) {
      done.run();
    } else {
      aborts.add(new Abort(victims, done));
    }
    idle.forEach(listener::ended);
  }
}
