/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import io.lunette.blockio.AlignedBuffers;
import io.lunette.libiscsi.InitiatorException.Kind;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * A session with one logical unit of a target: a fixed number of tasks, each with a buffer of its
 * own, and a {@link #poll} that sends, receives and reports.
 *
 * <p>A task is started by {@link #read}, {@link #write} or {@link #testUnitReady}, and then belongs
 * to the target until {@link #poll} has reported it; so does its buffer. Starting one allocates
 * nothing.
 *
 * <p>Used by one thread at a time. {@link InitiatorException} ends the session: it can only be
 * closed.
 */
public final class InitiatorSession implements AutoCloseable {

  private static final int READ_10 = 0x28;
  private static final int WRITE_10 = 0x2a;
  private static final int READ_16 = 0x88;
  private static final int WRITE_16 = 0x8a;
  private static final int SYNCHRONIZE_CACHE_10 = 0x35;
  private static final int WRITE_SAME_16 = 0x93;
  private static final int SERVICE_ACTION_IN_16 = 0x9e;
  private static final int READ_CAPACITY_16 = 0x10;
  private static final int READ_CAPACITY_16_BYTES = 32;
  private static final long MAX_LBA_10 = 0xffff_ffffL;
  private static final int MAX_LENGTH_10 = 0xffff;
  private static final int SLICE_MILLIS = 100;

  private final IscsiContext context;
  private final ScsiTask[] tasks;
  private final BitSet inFlight;
  private final BitSet mayBeShort;
  private final long patienceNanos;
  private long lastProgress;
  private long blockCount;
  private int blockBytes;

  private InitiatorSession(IscsiContext context, SessionOptions options) {
    this.context = context;
    this.patienceNanos = options.patience().toNanos();
    tasks = new ScsiTask[options.depth()];
    inFlight = new BitSet(options.depth());
    mayBeShort = new BitSet(options.depth());
    for (int i = 0; i < tasks.length; i++) {
      tasks[i] = new ScsiTask(AlignedBuffers.allocate(options.taskBytes()));
    }
  }

  /**
   * Connects and logs in; returns when the unit has told its capacity.
   *
   * @param url {@code iscsi://[user[%secret]@]host[:port]/target-iqn/lun}, with {@code
   *     ?target_user=U&target_password=P} for mutual CHAP
   */
  public static InitiatorSession open(String url, SessionOptions options)
      throws InitiatorException {
    InitiatorSession session;
    try {
      session = new InitiatorSession(new IscsiContext(url, options), options);
    } catch (LinkageError e) {
      throw new InitiatorException(
          Kind.NO_LIBRARY,
          LibIscsi.SONAME + " cannot be loaded; install libiscsi 1.19 (Debian: libiscsi7)",
          e);
    }
    try {
      session.context.login(options.headerDigest());
      session.readCapacity();
    } catch (InitiatorException e) {
      session.release();
      throw e;
    }
    return session;
  }

  /** READ CAPACITY(16), asked again where the first command after a login meets an attention. */
  private void readCapacity() throws InitiatorException {
    Answer answer = new Answer();
    for (int attempt = 0; attempt < 3 && !answer.good; attempt++) {
      ByteBuffer cdb =
          tasks[0].prepare(
              ScsiTaskLayout.CDB_BYTES, ScsiTaskLayout.XFER_READ, READ_CAPACITY_16_BYTES);
      cdb.put(0, (byte) SERVICE_ACTION_IN_16).put(1, (byte) READ_CAPACITY_16);
      cdb.putInt(10, READ_CAPACITY_16_BYTES);
      start(0);
      while (inFlight() > 0) {
        int ignored = poll(SLICE_MILLIS, answer);
      }
    }
    if (!answer.good) {
      throw new InitiatorException(Kind.REFUSED, "READ CAPACITY(16): " + answer.failure);
    }
    ByteBuffer data = tasks[0].data().duplicate();
    blockCount = data.getLong(0) + 1;
    blockBytes = data.getInt(Long.BYTES);
  }

  private static final class Answer implements TaskCompletion {

    private boolean good;
    private ScsiFailure failure;

    @Override
    public void completed(int task) {
      good = true;
    }

    @Override
    public void failed(int task, ScsiFailure failure) {
      this.failure = failure;
    }
  }

  /** Logical blocks of the unit. */
  public long blockCount() {
    return blockCount;
  }

  /** Bytes of a logical block. */
  public int blockBytes() {
    return blockBytes;
  }

  /** Tasks that can be in flight; they are numbered from 0. */
  public int depth() {
    return tasks.length;
  }

  /** Tasks in flight. */
  public int inFlight() {
    return inFlight.cardinality();
  }

  /** The buffer of a task; data starts at its first byte. */
  public ByteBuffer buffer(int task) {
    return tasks[task].data();
  }

  /** Starts a READ of whole logical blocks into the task's buffer. */
  public void read(int task, long lba, int blocks) throws InitiatorException {
    transfer(task, ScsiTaskLayout.XFER_READ, READ_10, READ_16, lba, blocks);
  }

  /** Starts a WRITE of whole logical blocks out of the task's buffer. */
  public void write(int task, long lba, int blocks) throws InitiatorException {
    transfer(task, ScsiTaskLayout.XFER_WRITE, WRITE_10, WRITE_16, lba, blocks);
  }

  /** Starts a TEST UNIT READY: an exchange without data. */
  public void testUnitReady(int task) throws InitiatorException {
    requireFree(task);
    ByteBuffer ignored = tasks[task].prepare(6, ScsiTaskLayout.XFER_NONE, 0);
    start(task);
  }

  /** Starts a SYNCHRONIZE CACHE(10) of the whole unit: an exchange without data. */
  public void synchronizeCache(int task) throws InitiatorException {
    requireFree(task);
    tasks[task].prepare(10, ScsiTaskLayout.XFER_NONE, 0).put(0, (byte) SYNCHRONIZE_CACHE_10);
    start(task);
  }

  /**
   * Starts a WRITE SAME(16) of the first block in the task's buffer to every block of a range,
   * which stays provisioned (SBC-3: without the UNMAP bit).
   */
  public void writeSame(int task, long lba, int blocks) throws InitiatorException {
    requireFree(task);
    requireInside(lba, blocks);
    ByteBuffer cdb = tasks[task].prepare(16, ScsiTaskLayout.XFER_WRITE, blockBytes);
    cdb.put(0, (byte) WRITE_SAME_16).putLong(2, lba).putInt(10, blocks);
    start(task);
  }

  /**
   * Starts any command. It ends well too when the target had less data than it was asked for, as
   * with INQUIRY; {@link #transferredBytes} then says how much there was.
   *
   * @param cdb of 6, 10, 12 or 16 bytes, as the standard of the command has it
   * @param bytes of the task's buffer that are sent, or may be received
   */
  public void command(int task, byte[] cdb, DataDirection direction, int bytes)
      throws InitiatorException {
    requireFree(task);
    if (cdb.length > ScsiTaskLayout.CDB_BYTES) {
      throw new IllegalArgumentException("a CDB of " + cdb.length + " bytes");
    }
    tasks[task].prepare(cdb.length, direction.code(), bytes).put(0, cdb);
    mayBeShort.set(task);
    start(task);
  }

  /** Bytes that the last command of a task moved. */
  public int transferredBytes(int task) {
    return tasks[task].transferredBytes();
  }

  private void requireInside(long lba, int blocks) {
    if (lba < 0 || blocks < 1 || lba > blockCount - blocks) {
      throw new IllegalArgumentException(blocks + " blocks at " + lba + " of " + blockCount);
    }
  }

  /** The ten-byte command where it reaches the whole unit, as initiators in kernels do. */
  private void transfer(int task, int direction, int ten, int sixteen, long lba, int blocks)
      throws InitiatorException {
    requireFree(task);
    requireInside(lba, blocks);
    int bytes = Math.multiplyExact(blocks, blockBytes);
    if (blockCount - 1 <= MAX_LBA_10 && blocks <= MAX_LENGTH_10) {
      ByteBuffer cdb = tasks[task].prepare(10, direction, bytes);
      cdb.put(0, (byte) ten).putInt(2, (int) lba).putShort(7, (short) blocks);
    } else {
      ByteBuffer cdb = tasks[task].prepare(16, direction, bytes);
      cdb.put(0, (byte) sixteen).putLong(2, lba).putInt(10, blocks);
    }
    start(task);
  }

  private void requireFree(int task) {
    if (inFlight.get(task)) {
      throw new IllegalStateException("task " + task + " is in flight");
    }
  }

  private void start(int task) throws InitiatorException {
    if (inFlight.isEmpty()) {
      lastProgress = System.nanoTime();
    }
    context.queue(task, tasks[task]);
    inFlight.set(task);
  }

  /**
   * Sends what was started, waits for the target at most so long, and reports each task that ended.
   *
   * @param timeoutMillis 0 not to wait
   * @return how many ended
   */
  public int poll(int timeoutMillis, TaskCompletion completion) throws InitiatorException {
    context.turn(timeoutMillis);
    int count = context.endedCount();
    if (count == 0) {
      if (!inFlight.isEmpty() && System.nanoTime() - lastProgress > patienceNanos) {
        throw new InitiatorException(
            Kind.TIMED_OUT,
            inFlight() + " tasks without an answer for " + patienceNanos / 1_000_000 + " ms");
      }
      return 0;
    }
    lastProgress = System.nanoTime();
    for (int i = 0; i < count; i++) {
      inFlight.clear(context.ended(i));
    }
    for (int i = 0; i < count; i++) {
      report(context.ended(i), completion);
    }
    context.forgetEnded();
    return count;
  }

  private void report(int task, TaskCompletion completion) throws InitiatorException {
    int status = context.status(task);
    boolean shortIsWell = mayBeShort.get(task) && tasks[task].isShort();
    mayBeShort.clear(task);
    if (status == LibIscsi.SCSI_STATUS_GOOD && (tasks[task].isWhole() || shortIsWell)) {
      completion.completed(task);
      return;
    }
    if (status == LibIscsi.SCSI_STATUS_CANCELLED || status == LibIscsi.SCSI_STATUS_TIMEOUT) {
      throw context.failure(Kind.CONNECTION_LOST);
    }
    String message = status == LibIscsi.SCSI_STATUS_ERROR ? context.lastError() : "";
    ScsiFailure failure = tasks[task].failure(status, message);
    tasks[task].renew();
    completion.failed(task, failure);
  }

  /** Logs out where the connection still stands, and lets go of everything. */
  @Override
  public void close() throws InitiatorException {
    try {
      if (inFlight.isEmpty()) {
        context.logout();
      }
    } finally {
      release();
    }
  }

  private void release() {
    context.close();
    for (ScsiTask task : tasks) {
      task.close();
    }
  }
}
