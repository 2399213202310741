/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.Durability;
import io.lunette.scsi.Sense;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A logical unit: a block device with a name, and the state that all its nexuses share. Each part
 * of that state guards itself, so a unit is thread-safe.
 */
public final class LogicalUnit {

  private final BlockDevice device;
  private final RunningCopies copies = new RunningCopies();
  private final BlockFeatures features;
  private final UUID identity;
  private final BlockLimits limits;
  private final UnitRecords records;
  private final List<Nexus> nexuses = new CopyOnWriteArrayList<>();
  private final AtomicityGate atomicity = new AtomicityGate();
  private final LegacyReservation legacyReservation = new LegacyReservation();
  private final PersistentReservations persistentReservations;
  private final SanitizeState sanitize;
  private final int blockBytes;
  private final ModeState modes;
  private final UnitTraits traits;
  private final UnitStatistics statistics;
  private final Medium medium;
  private final UnitServices services;

  /** As every nexus was told. */
  private final AtomicLong knownBlocks;

  /** The device, or its guard while somebody watches what is written. */
  private volatile BlockDevice serving;

  /** A disk that keeps nothing beyond its life in memory. */
  public LogicalUnit(BlockDevice device, UUID identity) {
    this(device, identity, UnitRecords.none());
  }

  /** A disk with a fixed medium. */
  public LogicalUnit(BlockDevice device, UUID identity, UnitRecords records) {
    this(device, identity, records, UnitTraits.DISK, UnitServices.UNBOUNDED);
  }

  /**
   * @param records what the unit kept of its state, and where it keeps what changes
   */
  public LogicalUnit(
      BlockDevice device,
      UUID identity,
      UnitRecords records,
      UnitTraits traits,
      UnitServices services) {
    this.medium = new Medium(traits.removable(), nexuses);
    this.traits = traits;
    this.services = services;
    this.statistics = new UnitStatistics(services.nanoTime());
    this.modes = new ModeState(records);
    this.device = device;
    this.records = records;
    this.serving = device;
    this.sanitize = new SanitizeState(records);
    this.features = device.features();
    this.identity = identity;
    this.blockBytes = device.geometry().logicalBlockBytes();
    this.knownBlocks = new AtomicLong(device.geometry().logicalBlocks());
    this.limits = BlockLimits.of(device.geometry(), features);
    this.persistentReservations = new PersistentReservations(nexuses, copies, records);
  }

  /** Where blocks are read and written; to be asked for anew by every command. */
  public BlockDevice device() {
    return serving;
  }

  /**
   * Tells a watcher of every write from now on. Called while no write is under way: {@link
   * MediumAccess#alone}.
   */
  public void watchWrites(WriteWatch watch) {
    serving = new WatchedDevice(device, watch);
  }

  /** Writes go to the device at no cost again. Any time. */
  public void unwatchWrites() {
    serving = device;
  }

  public BlockFeatures features() {
    return features;
  }

  public UUID identity() {
    return identity;
  }

  public BlockLimits limits() {
    return limits;
  }

  UnitRecords records() {
    return records;
  }

  public int blockBytes() {
    return blockBytes;
  }

  /** Logical blocks in a physical one as a power of two (SBC-3 §5.16). */
  public int physicalBlockExponent() {
    int blocks = traits.tellsPhysicalBlock() ? limits.granularity() : 1;
    return Integer.numberOfTrailingZeros(blocks);
  }

  public long blocks() {
    return device.geometry().logicalBlocks();
  }

  /**
   * Tells every nexus if the device has another size than before, whoever changed it (SBC-3
   * §4.3.1). Asked ahead of each command, for nobody hears of it but by one.
   */
  void noticeCapacity() {
    long blocks = blocks();
    if (knownBlocks.get() != blocks && knownBlocks.getAndSet(blocks) != blocks) {
      establishElsewhere(null, Sense.CAPACITY_CHANGED);
    }
  }

  /** Whether the range lies inside the unit; the operands are unsigned. */
  public boolean contains(long lba, long count) {
    return lba >= 0 && count >= 0 && lba <= blocks() - count;
  }

  public LegacyReservation legacyReservation() {
    return legacyReservation;
  }

  public PersistentReservations persistentReservations() {
    return persistentReservations;
  }

  public SanitizeState sanitize() {
    return sanitize;
  }

  public ModeState modes() {
    return modes;
  }

  /**
   * What keeps the unit from all but the commands that run whatever is reserved; null if nothing
   * does. While reservations are lost, letting anyone in could let in two who must not meet.
   */
  Sense stateObstacle() {
    return persistentReservations.areLost() ? Sense.MANUAL_INTERVENTION_REQUIRED : null;
  }

  /** The copy operations that commands to this unit have begun. */
  public RunningCopies copies() {
    return copies;
  }

  /** Space behind the unit; empty if it is not thin, or nobody knows. */
  public Optional<ProvisioningSpace> space() {
    return features.thin() ? traits.space().read() : Optional.empty();
  }

  /** What went through the unit, whoever sent it. */
  public UnitStatistics statistics() {
    return statistics;
  }

  /** What a write promises: more than it is asked to, while the write cache is off. */
  public Durability durability(boolean forceUnitAccess) {
    return forceUnitAccess || !modes.current().writeCache()
        ? Durability.DURABLE
        : Durability.VISIBLE;
  }

  /**
   * Tells every nexus that a threshold of the space behind the unit was reached (SBC-3 §4.7.3.8),
   * unless LBPERE says that nobody wants to hear of it.
   */
  public void thresholdReached() {
    if (space().isPresent() && modes.current().thresholdEvents()) {
      establishElsewhere(null, Sense.THIN_PROVISIONING_SOFT_THRESHOLD);
    }
  }

  public Medium medium() {
    return medium;
  }

  public UnitServices services() {
    return services;
  }

  /** Why the unit is not ready: what it is busy with, or lacks; null if it is ready. */
  public Sense notReady() {
    Sense sanitizing = sanitize.obstacle();
    return sanitizing != null ? sanitizing : medium.obstacle();
  }

  AtomicityGate atomicity() {
    return atomicity;
  }

  /** A session that sees this unit has begun. */
  public void attach(Nexus nexus) {
    nexuses.add(nexus);
  }

  /** A session has ended, or lost the unit: what a nexus alone holds goes with it. */
  public void detach(Nexus nexus) {
    nexuses.remove(nexus);
    legacyReservation.release(nexus);
    nexus.preventRemoval(false);
  }

  /**
   * The last mapping is gone: nothing that the unit was at uses the device after this, or changes
   * what is kept of the unit. Waits for an I/O under way.
   */
  public void end() {
    sanitize.abandon();
  }

  /** Makes a condition wait on every nexus but one, which may be null. */
  public void establishElsewhere(Nexus except, Sense attention) {
    for (Nexus nexus : nexuses) {
      if (nexus != except) {
        nexus.establish(attention);
      }
    }
  }

  /**
   * LOGICAL UNIT RESET as far as it concerns the unit (SAM-5 §6.3.3): legacy reservations go, copy
   * operations are asked to end and their results forgotten, mode parameters return to what was
   * saved, every nexus gets a unit attention that replaces its others.
   */
  public void reset(Sense attention) {
    copies.abort(copy -> true);
    legacyReservation.clear();
    modes.reset();
    for (Nexus nexus : nexuses) {
      nexus.preventRemoval(false);
      nexus.copies().forget();
      nexus.attentions().replaceAll(attention);
    }
  }
}
