/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.iscsi.pdu.Bhs;
import io.lunette.iscsi.pdu.PduHeader;
import io.lunette.iscsi.pdu.PduWriter;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.ScsiTask;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A SCSI command of one connection: its tags, its data on the way in and out, its outcome. Reused
 * from command to command. Fields are the event loop's, but for the buffers that the command itself
 * asks for while it executes.
 */
final class IscsiTask extends ScsiTask {

  enum Stage {
    /** Data-Out is still to come. */
    RECEIVING,
    /** Waits for buffer space. */
    WAITING,
    /** Waits for commands that it must not overtake. */
    ORDERED,
    /** The device server has it. */
    EXECUTING
  }

  private final TaskSet owner;
  private ByteBuf in;
  private ByteBuf scratch;
  private ByteBuffer inView;
  private int inStart;
  private int attribute;

  Stage stage;
  int itt;
  int tag;
  long lunField;
  boolean immediate;

  /** Which commands of its nexus it runs beside; null if it need not care. */
  TaskOrders.Group group;

  boolean aborted;
  boolean segmentOpen;

  /** Bytes that the initiator expects to receive, and to send. */
  int expectedIn;

  int expectedOut;

  /** Bytes of data-out that the command will use; may be more than the initiator sends. */
  long neededOut;

  /** Collects the data-out. */
  ByteBuf out;

  int receivedOut;

  /** Bytes asked for by R2T so far, counted from the start of the transfer. */
  int requestedOut;

  int r2tSn;

  /** How much data-out had come when last looked at, and how often it was as much before. */
  int seenOut;

  int timesSeen;

  /** Sequences of Data-Out that are still to come, in order; the first one is being filled. */
  final Deque<DataOutSequence> sequences = new ArrayDeque<>();

  volatile Outcome outcome;

  IscsiTask(TaskSet owner) {
    this.owner = owner;
  }

  /** Takes a command from its header. */
  void begin(PduHeader header, LunInventory inventory, Nexus nexus) {
    cdb().load(header.raw(), Bhs.CDB);
    itt = header.itt();
    lunField = header.u64(Bhs.LUN);
    immediate = header.isImmediate();
    attribute = header.flags() & Bhs.ATTRIBUTE;
    group = null;
    int expected = header.u32(Bhs.EDTL);
    expectedIn = header.hasFlag(Bhs.READ) ? expected : 0;
    expectedOut = header.hasFlag(Bhs.WRITE) ? expected : 0;
    aborted = false;
    segmentOpen = false;
    receivedOut = 0;
    requestedOut = 0;
    r2tSn = 0;
    seenOut = 0;
    timesSeen = 0;
    sequences.clear();
    outcome = null;
    address(inventory, nexus);
  }

  boolean isOrdered() {
    return attribute == Bhs.ORDERED;
  }

  /** HEAD OF QUEUE. */
  boolean goesAhead() {
    return attribute == Bhs.HEAD_OF_QUEUE;
  }

  /** Bytes of data-out that are both wanted and coming. */
  int usableOut() {
    return (int) Math.min(neededOut, expectedDataOut());
  }

  /** The first so many bytes of what was produced, which the caller releases. */
  ByteBuf takeDataIn(int bytes) {
    ByteBuf taken = in;
    in = null;
    return taken.writerIndex(taken.readerIndex() + bytes);
  }

  @Override
  public long expectedDataOut() {
    return expectedOut & 0xFFFF_FFFFL;
  }

  @Override
  public ByteBuffer dataOut() {
    return out == null
        ? Unpooled.EMPTY_BUFFER.nioBuffer()
        : out.internalNioBuffer(out.readerIndex(), out.readableBytes());
  }

  /** The buffer's limit when the command ends says how much of it is sent. */
  @Override
  public ByteBuffer dataIn(int bytes) {
    owner.release(in);
    in = owner.allocate(PduWriter.HEADROOM + bytes + PduWriter.TAILROOM);
    in.setIndex(PduWriter.HEADROOM, PduWriter.HEADROOM);
    inView = in.internalNioBuffer(PduWriter.HEADROOM, bytes);
    inStart = inView.position();
    return inView;
  }

  /** Bytes that the command produced. */
  int producedIn() {
    return in == null ? 0 : inView.limit() - inStart;
  }

  @Override
  public ByteBuffer scratch(int bytes) {
    owner.release(scratch);
    scratch = owner.allocate(bytes);
    return scratch.nioBuffer(0, bytes);
  }

  @Override
  public Lease lease(int bytes) {
    if (!owner.mayBorrow()) {
      return null;
    }
    ByteBuf memory = owner.allocate(bytes);
    ByteBuffer view = memory.nioBuffer(0, bytes);
    return new Lease() {
      @Override
      public ByteBuffer buffer() {
        return view;
      }

      @Override
      public void release() {
        owner.giveBack(memory);
      }
    };
  }

  @Override
  protected void ended(Outcome result) {
    outcome = result;
    owner.hasEnded(this);
  }

  /** Gives all buffers back. */
  void releaseBuffers() {
    owner.release(in);
    owner.release(out);
    owner.release(scratch);
    in = null;
    out = null;
    scratch = null;
    inView = null;
  }
}
