/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import io.lunette.scsi.Cdb;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.nio.ByteBuffer;

/**
 * A command in execution. The transport supplies the buffers and delivers the outcome; the device
 * server and the handler do the rest.
 *
 * <p>It is the completion of its own last I/O, so that a plain read or write costs no object. From
 * {@link DeviceServer#execute} to {@link #ended} it belongs to one thread at a time: the
 * transport's, then that of each I/O completion in turn.
 */
public abstract class ScsiTask implements IoCompletion {

  /** A step that runs when an I/O has succeeded; a failure ends the task. */
  @FunctionalInterface
  public interface Step {
    /** Goes on; the result ends the task unless it is {@link Outcome#LATER}. */
    Outcome run();
  }

  /** Memory that a command borrowed for longer than its own life. */
  public interface Lease {

    /** The whole of it; direct. */
    ByteBuffer buffer();

    /** Gives it back. Called once, on any thread. */
    void release();
  }

  private final Cdb cdb = new Cdb();
  private LunInventory inventory;
  private Nexus nexus;
  private long lba;
  private long blocks;
  private CommandDescriptor descriptor;
  private boolean insideMapping;
  private boolean insideAtomicity;
  private boolean over;
  private UnitStatistics.Direction counted;
  private long countedBytes;
  private long beganNanos;
  private volatile boolean stopping;

  /** The command; the transport loads it. */
  public final Cdb cdb() {
    return cdb;
  }

  /** What the initiator may see. */
  public final LunInventory inventory() {
    return inventory;
  }

  /** The nexus addressed; null if that LUN is not the initiator's. */
  public final Nexus nexus() {
    return nexus;
  }

  public final LogicalUnit unit() {
    return nexus.unit();
  }

  /** Reports and clears the oldest unit attention of the nexus; null if there is none. */
  public final Sense takeAttention() {
    Sense attention = nexus.takeAttention();
    if (Sense.REPORTED_LUNS_CHANGED.equals(attention)) {
      inventoryIsKnown();
    }
    return attention;
  }

  /**
   * The initiator has been told that its LUNs changed, or which they are: no unit tells it again
   * (LUICLR, SPC-4 §7.8.8).
   */
  public final void inventoryIsKnown() {
    for (int lun : inventory.luns()) {
      Nexus each = inventory.nexus(lun);
      if (each != null) {
        each.clearAttention(Sense.REPORTED_LUNS_CHANGED);
      }
    }
  }

  public final BlockDevice device() {
    return nexus.unit().device();
  }

  /** First block of a block command; valid once the handler runs. */
  public final long lba() {
    return lba;
  }

  /** Number of blocks of a block command. */
  public final long blocks() {
    return blocks;
  }

  public final long offsetBytes() {
    return lba * unit().blockBytes();
  }

  public final long lengthBytes() {
    return blocks * unit().blockBytes();
  }

  /** Readies the task for another command, already loaded into {@link #cdb()}. */
  protected final void address(LunInventory newInventory, Nexus newNexus) {
    inventory = newInventory;
    nexus = newNexus;
    descriptor = null;
    insideMapping = false;
    insideAtomicity = false;
    over = false;
    counted = null;
    stopping = false;
    lba = cdb.lba();
    blocks = cdb.blocks();
  }

  /**
   * What the initiator sent, from position to limit; direct. The same buffer each time, with
   * position and limit as they were.
   */
  public abstract ByteBuffer dataOut();

  /**
   * How many bytes the initiator said that it sends; {@link #dataOut} may have fewer, since no more
   * is taken than the command uses.
   */
  public abstract long expectedDataOut();

  /**
   * A direct buffer of this size, from position to limit: what is there when the command ends goes
   * to the initiator if it succeeds, up to the limit as it is then.
   */
  public abstract ByteBuffer dataIn(int bytes);

  /** A direct buffer for the command's own use until its end. */
  public abstract ByteBuffer scratch(int bytes);

  /**
   * A direct buffer that may outlive the command, for what it leaves running in the background; it
   * counts against the session until it is released.
   *
   * @return null if the session holds as much as it may
   */
  public abstract Lease lease(int bytes);

  /**
   * Asks a command of many I/Os to end before it is through: nobody waits for its outcome. Any
   * thread.
   */
  public final void stop() {
    stopping = true;
  }

  /** Called once when the command has ended, on any thread. */
  protected abstract void ended(Outcome outcome);

  /** Notes a command that reads blocks. */
  public final void countRead(long bytes) {
    nexus.mapped().statistics().read(bytes);
    count(unit().statistics().reads(), bytes);
  }

  /** Notes a command that changes blocks. */
  public final void countWrite(long bytes) {
    nexus.mapped().statistics().wrote(bytes);
    count(unit().statistics().writes(), bytes);
  }

  private void count(UnitStatistics.Direction direction, long bytes) {
    counted = direction;
    countedBytes = bytes;
    beganNanos = unit().services().nanoTime().getAsLong();
  }

  /** Answers with parameter data, cut to the allocation length. */
  public final Outcome reply(ByteBuffer data, long allocationLength) {
    int bytes = (int) Math.min(data.remaining(), allocationLength);
    if (bytes > 0) {
      dataIn(bytes).put(data.slice(data.position(), bytes));
    }
    return Outcome.GOOD;
  }

  /** A completion that goes on with the command when its I/O has succeeded. */
  public final IoCompletion then(Step step) {
    return new IoCompletion() {
      @Override
      public void completed() {
        Outcome outcome = DeviceServer.guarded(ScsiTask.this, any -> step.run());
        if (outcome != Outcome.LATER) {
          end(outcome);
        }
      }

      @Override
      public void failed(BlockException failure) {
        ScsiTask.this.failed(failure);
      }
    };
  }

  /**
   * Ends running alone before the command's end, for one that keeps other writes out by the state
   * of the unit: who waits is refused at once, and does not wait for it.
   */
  public final void leaveAtomicity() {
    if (!insideAtomicity || descriptor.access != Access.ATOMIC_WRITE) {
      throw new IllegalStateException("the command does not run alone");
    }
    insideAtomicity = false;
    unit().atomicity().leaveAlone();
  }

  /**
   * Whether the command is to end early, because it was aborted or its unit is taken from the
   * initiator (DESIGN I6); for commands of many steps, between two of them.
   */
  public final boolean shouldEndEarly() {
    return stopping || nexus.mapped().gate().isShut();
  }

  /** Whether another write waits for this one, which has taken its share if it is a long one. */
  public final boolean holdsUpOthers() {
    return insideAtomicity && unit().atomicity().isContested();
  }

  /**
   * Lets the writes that wait go first. What may have changed meanwhile is checked as for a command
   * that has just come; a refusal ends this one.
   *
   * @param resumed told when this write is inside again
   */
  public final void letOthersWrite(IoCompletion resumed) {
    AtomicityGate gate = unit().atomicity();
    insideAtomicity = false;
    gate.leave();
    gate.enter(
        false,
        () -> {
          insideAtomicity = true;
          Outcome refusal = DeviceServer.refuseWrite(nexus, descriptor);
          if (refusal == null) {
            resumed.completed();
          } else {
            end(refusal);
          }
        });
  }

  @Override
  public final void completed() {
    end(Outcome.GOOD);
  }

  @Override
  public final void failed(BlockException failure) {
    nexus.mapped().statistics().failed();
    end(BlockSense.of(failure));
  }

  /** Ends the command. Called once, on any thread. */
  public final void end(Outcome outcome) {
    over = true;
    if (counted != null) {
      counted.ended(countedBytes, unit().services().nanoTime().getAsLong() - beganNanos);
    }
    if (insideAtomicity) {
      insideAtomicity = false;
      if (descriptor.access == Access.ATOMIC_WRITE) {
        unit().atomicity().leaveAlone();
      } else {
        unit().atomicity().leave();
      }
    }
    if (insideMapping) {
      insideMapping = false;
      unit().statistics().left();
      nexus.mapped().gate().leave();
    }
    ended(outcome);
  }

  final boolean hasEnded() {
    return over;
  }

  final CommandDescriptor descriptor() {
    return descriptor;
  }

  final void descriptor(CommandDescriptor row) {
    descriptor = row;
  }

  /** The unit has just been taken from the initiator. */
  final void unmapped() {
    nexus = null;
  }

  final void enteredMapping() {
    insideMapping = true;
    unit().statistics().entered();
  }

  final void enteredAtomicity() {
    insideAtomicity = true;
  }
}
