/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.core.block.BlockException;
import io.lunette.core.block.IoCompletion;
import io.lunette.core.block.Provisioning;
import io.lunette.core.block.ProvisioningRun;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Access to the medium of a unit for a copy operation, by the rights of one nexus. Each read and
 * each write asks what a READ or WRITE of that nexus would be asked: is the unit still mapped, is
 * it reserved by others, is it being sanitized, is it write protected; and each write passes the
 * gate that keeps atomic commands alone. So a copy holds neither up for longer than one I/O.
 *
 * <p>While one is open, unmapping waits for it; who has one looks at {@link #isRevoked} between its
 * I/Os and closes it then. Thread-safe.
 */
public final class MediumAccess {

  private static final Logger LOG = LoggerFactory.getLogger(MediumAccess.class);

  private final Nexus nexus;

  private MediumAccess(Nexus nexus) {
    this.nexus = nexus;
  }

  /** Opens it; null if the unit has been unmapped. Every success is paired with one close. */
  public static MediumAccess open(Nexus nexus) {
    return nexus.mapped().gate().enter() ? new MediumAccess(nexus) : null;
  }

  /** Lets go of the unit; no I/O may be under way. */
  public void close() {
    nexus.mapped().gate().leave();
  }

  public Nexus nexus() {
    return nexus;
  }

  public LogicalUnit unit() {
    return nexus.unit();
  }

  public int blockBytes() {
    return nexus.unit().blockBytes();
  }

  /** Whether the unit is being unmapped, and waits for this access to be closed. */
  public boolean isRevoked() {
    return nexus.mapped().gate().isShut();
  }

  /** What keeps a command with this access from the unit; null if nothing does. */
  public Outcome refusal(Access access) {
    LogicalUnit unit = nexus.unit();
    if (isRevoked()) {
      return Sense.LUN_NOT_SUPPORTED;
    }
    if (unit.stateObstacle() != null) {
      return unit.stateObstacle();
    }
    if (unit.legacyReservation().conflictsWith(nexus)
        || unit.persistentReservations().conflicts(nexus, access)) {
      return Outcome.RESERVATION_CONFLICT;
    }
    Sense obstacle = unit.notReady();
    return obstacle == null && access.changesMedium()
        ? DeviceServer.writeProtection(nexus)
        : obstacle;
  }

  /**
   * The provisioning from an offset on. A device that cannot tell counts as mapped: what is wrong
   * with it shows when it is read. May wait for metadata.
   */
  public ProvisioningRun provisioning(long offsetBytes) {
    LogicalUnit unit = nexus.unit();
    long rest = unit.blocks() * unit.blockBytes() - offsetBytes;
    if (!unit.features().discardZeroes()) {
      return new ProvisioningRun(offsetBytes, rest, true);
    }
    try {
      return unit.device().provisioning(offsetBytes);
    } catch (BlockException e) {
      return new ProvisioningRun(offsetBytes, rest, true);
    }
  }

  /** Fills a buffer from the medium; {@code done} learns how it went. */
  public void read(long offsetBytes, ByteBuffer target, Consumer<Outcome> done) {
    Outcome refusal = refusal(Access.READ);
    if (refusal != null) {
      done.accept(refusal);
      return;
    }
    nexus.mapped().statistics().read(target.remaining());
    new Transfer(done, false).start(io -> nexus.unit().device().read(offsetBytes, target, io));
  }

  /** Writes a buffer to the medium; {@code done} learns how it went. */
  public void write(long offsetBytes, ByteBuffer source, Consumer<Outcome> done) {
    change(
        source.remaining(),
        done,
        io -> nexus.unit().device().write(offsetBytes, source, nexus.unit().durability(false), io));
  }

  /** Makes a range read as zeroes, giving its space back where that can be. */
  public void zero(long offsetBytes, long lengthBytes, Consumer<Outcome> done) {
    change(
        lengthBytes,
        done,
        io ->
            nexus
                .unit()
                .device()
                .writeZeroes(
                    offsetBytes,
                    lengthBytes,
                    Provisioning.MAY_RELEASE,
                    nexus.unit().durability(false),
                    io));
  }

  private void change(long bytes, Consumer<Outcome> done, Consumer<IoCompletion> io) {
    Outcome early = refusal(Access.WRITE);
    if (early != null) {
      done.accept(early);
      return;
    }
    Runnable inside =
        () -> {
          Outcome refusal = refusal(Access.WRITE);
          if (refusal != null) {
            nexus.unit().atomicity().leave();
            done.accept(refusal);
            return;
          }
          nexus.mapped().statistics().wrote(bytes);
          new Transfer(done, true).start(io);
        };
    AtomicityGate gate = nexus.unit().atomicity();
    if (gate.tryEnter()) {
      inside.run();
    } else {
      gate.enter(false, inside);
    }
  }

  /** Runs a step while no write to the unit is under way; it does not wait for anything. */
  public void alone(Runnable step) {
    AtomicityGate gate = nexus.unit().atomicity();
    gate.enter(
        true,
        () -> {
          try {
            step.run();
          } finally {
            gate.leaveAlone();
          }
        });
  }

  /** Ends one I/O. */
  private final class Transfer implements IoCompletion {
    private final Consumer<Outcome> done;
    private final boolean gated;
    private boolean over;

    Transfer(Consumer<Outcome> done, boolean gated) {
      this.done = done;
      this.gated = gated;
    }

    /** A defect, or want of memory, that keeps the I/O from its start ends it. */
    void start(Consumer<IoCompletion> io) {
      try {
        io.accept(this);
      } catch (RuntimeException | Error e) {
        if (over) {
          throw e;
        }
        LOG.error("an I/O of a copy could not be started", e);
        end(Sense.INTERNAL_TARGET_FAILURE);
      }
    }

    private void end(Outcome outcome) {
      over = true;
      if (gated) {
        nexus.unit().atomicity().leave();
      }
      done.accept(outcome);
    }

    @Override
    public void completed() {
      end(Outcome.GOOD);
    }

    @Override
    public void failed(BlockException failure) {
      nexus.mapped().statistics().failed();
      end(BlockSense.of(failure));
    }
  }
}
