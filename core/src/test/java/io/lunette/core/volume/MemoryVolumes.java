/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.volume;

import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Volumes in memory, and the lock that guards them: what outlives a {@link MemoryVolumeDriver}, as
 * a pool file outlives an engine.
 */
public final class MemoryVolumes {

  /** What there is to be had; a test may change it at any time. */
  public volatile long capacity = 1L << 40;

  /** The bound of erasing that a driver was given last. */
  public volatile long scrubLimit;

  /** The most that its erases may claim, where that is less than their methods may. */
  public volatile Optional<EraseClaim> eraseClaim = Optional.empty();

  final TreeMap<VolumeName, MemoryVolume> byName = new TreeMap<>();
  private int erasesToFail;
  private int begunErasesToRefuse;
  private int erasesToFill;
  private int endsWithoutSpace;
  private int erasesWithoutReadBack;
  private long moment;

  /** Lets that many erases from now on end in IO. */
  public synchronized void failErases(int count) {
    erasesToFail = count;
  }

  /** So many erases are refused though they have begun, as where nothing can be made durable. */
  public synchronized void refuseBegunErases(int count) {
    begunErasesToRefuse = count;
  }

  synchronized boolean refusesBegunErase() {
    return begunErasesToRefuse-- > 0;
  }

  /** So many erases find no space half way, and leave their volumes QUARANTINED. */
  public synchronized void fillHalfWay(int count) {
    erasesToFill = count;
  }

  synchronized boolean fillsHalfWay() {
    return erasesToFill-- > 0;
  }

  /** So many erases find no space to make their end durable, which it is later. */
  public synchronized void fillAtEnds(int count) {
    endsWithoutSpace = count;
  }

  synchronized boolean refusesEnd() {
    return endsWithoutSpace-- > 0;
  }

  /** So many erases say that not all was read back, as where an attempt on other terms failed. */
  public synchronized void readNothingBack(int count) {
    erasesWithoutReadBack = count;
  }

  synchronized boolean readsNothingBack() {
    return erasesWithoutReadBack-- > 0;
  }

  /** Sets the state of a volume, as a foreign hand or a failed erase might. */
  public synchronized void force(VolumeName name, VolumeState state) {
    byName.get(name).state = state;
  }

  /** Loses a volume, as a broken array might. */
  public synchronized void lose(VolumeName name) {
    byName.remove(name);
  }

  /** Keeps a volume as it is now: what puts it back, as a backup of a pool does. */
  public synchronized Runnable keep(VolumeName name) {
    MemoryVolume kept = byName.get(name).copy();
    return () -> putBack(kept);
  }

  private synchronized void putBack(MemoryVolume kept) {
    byName.put(kept.name, kept);
  }

  /** Sets the clock by which erases are timed, back as well. */
  public synchronized void setClock(Instant now) {
    moment = now.toEpochMilli();
  }

  /** Nobody has anything open any more: the process died. */
  public synchronized void crash() {
    byName.values().forEach(volume -> volume.open = 0);
  }

  /** Another time at each call. */
  synchronized Instant nextMoment() {
    moment++;
    return Instant.ofEpochMilli(moment);
  }

  synchronized boolean takeEraseFailure() {
    if (erasesToFail == 0) {
      return false;
    }
    erasesToFail--;
    return true;
  }

  MemoryVolume get(VolumeName name) throws VolumeException {
    return Optional.ofNullable(byName.get(name))
        .orElseThrow(
            () -> new VolumeException(VolumeException.Kind.NOT_FOUND, "no volume '" + name + "'"));
  }
}
