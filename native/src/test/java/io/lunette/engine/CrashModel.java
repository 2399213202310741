/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a pool may hold after a crash, as plain arrays. A life is a sequence of epochs: the state at
 * each acknowledged flush or change of volumes, with the number of device calls that had been made
 * then. A crash after call k leaves the newest epoch that was acknowledged by then, with any of the
 * sectors that were written since and before k; or wholly the epoch that was under way. Of writes
 * that were acknowledged as durable by then no sector is older, and an atomic write is there wholly
 * or not at all. No logical block holds parts of two writes.
 */
final class CrashModel {

  static final int SECTOR = 512;
  private static final int NEVER = Integer.MAX_VALUE;

  /** A volume: the stamp in each of its sectors, 0 for zeroes. */
  record Content(boolean sealed, boolean erasing, int[] stamps) {

    long sizeBytes() {
      return (long) stamps.length * SECTOR;
    }

    Content copy() {
      return new Content(sealed, erasing, stamps.clone());
    }
  }

  /** What one volume turned out to be; no stamps where it is being erased and cannot be read. */
  record Found(long sizeBytes, boolean sealed, boolean erasing, int[] stamps) {}

  private record Epoch(
      String what,
      int startedAt,
      int acknowledgedAt,
      int writesBefore,
      Map<String, Content> volumes,
      BitSet erased,
      Set<Long> destroyed) {}

  /** A write; whether it is durable counts from the call on before which it was acknowledged. */
  private static final class Write {

    private final int startedAt;
    private final String volume;
    private final int sector;
    private final int[] stamps;
    private final boolean atomic;
    private int durableAt = NEVER;

    Write(int startedAt, String volume, int sector, int[] stamps, boolean atomic) {
      this.startedAt = startedAt;
      this.volume = volume;
      this.sector = sector;
      this.stamps = stamps;
      this.atomic = atomic;
    }

    boolean covers(String name, int number) {
      return volume.equals(name) && number >= sector && number < sector + stamps.length;
    }
  }

  private final List<Epoch> epochs = new ArrayList<>();
  private final List<Write> writes = new ArrayList<>();

  /** The state as the caller has seen it. */
  final TreeMap<String, Content> now = new TreeMap<>();

  /** Stamps that an erase has certified to be gone. */
  final BitSet erased = new BitSet();

  /** Keys that an erase has certified to be gone with their records. */
  final Set<Long> destroyed = new HashSet<>();

  /** Of a logical block; writes begin and end with one. */
  final int blockSectors;

  CrashModel(int blockBytes) {
    blockSectors = blockBytes / SECTOR;
    acknowledge("begin", 0, 0);
  }

  /** Of a life that begins with what a crash of another left. */
  CrashModel(CrashModel before, int crash, Map<String, Content> left) {
    blockSectors = before.blockSectors;
    now.putAll(left);
    erased.or(before.erasedAt(crash));
    destroyed.addAll(before.destroyedAt(crash));
    acknowledge("the crash before", 0, 0);
  }

  /** A change of {@link #now} has become durable. */
  void acknowledge(String what, int startedAt, int acknowledgedAt) {
    Map<String, Content> volumes = new TreeMap<>();
    now.forEach((name, content) -> volumes.put(name, content.copy()));
    epochs.add(
        new Epoch(
            what,
            startedAt,
            acknowledgedAt,
            writes.size(),
            volumes,
            (BitSet) erased.clone(),
            Set.copyOf(destroyed)));
  }

  /** A change of {@link #now} has ended in an error: it may have happened or not. */
  void leaveOpen(String what, int startedAt) {
    acknowledge(what, startedAt, NEVER);
  }

  /** A write begins; {@link #written} ends it. */
  void writing(int startedAt, String volume, int sector, int[] stamps, boolean atomic) {
    writes.add(new Write(startedAt, volume, sector, stamps, atomic));
  }

  /** The last write was acknowledged as durable, and nothing else with it. */
  void durable(int acknowledgedAt) {
    writes.get(writes.size() - 1).durableAt = acknowledgedAt;
  }

  void written(String volume, int sector, int[] stamps) {
    System.arraycopy(stamps, 0, now.get(volume).stamps, sector, stamps.length);
  }

  /** Stamps that must not be anywhere on a device that crashed after so many calls. */
  BitSet erasedAt(int call) {
    return epochs.get(lastAcknowledged(call)).erased;
  }

  /** Keys of which no record must be anywhere on it. */
  Set<Long> destroyedAt(int call) {
    return epochs.get(lastAcknowledged(call)).destroyed;
  }

  /** Why what was found cannot be after a crash at that call, or null. */
  String objectionTo(Map<String, Found> found, int call) {
    int last = lastAcknowledged(call);
    Epoch under = last + 1 < epochs.size() ? epochs.get(last + 1) : null;
    String strict = null;
    if (under != null && under.startedAt < call) {
      strict = mismatch(found, under.volumes, List.of(), call);
      if (strict == null) {
        return null;
      }
    }
    Epoch epoch = epochs.get(last);
    List<Write> since = new ArrayList<>();
    int until = under == null ? writes.size() : under.writesBefore;
    for (Write write : writes.subList(epoch.writesBefore, until)) {
      if (write.startedAt < call) {
        since.add(write);
      }
    }
    String lenient = mismatch(found, epoch.volumes, since, call);
    if (lenient == null) {
      lenient = halfOf(found, since);
    }
    return lenient == null
        ? null
        : "not after "
            + epoch.what
            + ": "
            + lenient
            + (strict == null ? "" : "; nor after " + under.what + ": " + strict);
  }

  /** The last epochs before a call and the first after it, and the writes between. */
  String around(int call) {
    int last = lastAcknowledged(call);
    StringBuilder text = new StringBuilder();
    for (Epoch epoch : epochs.subList(Math.max(0, last - 3), Math.min(epochs.size(), last + 2))) {
      text.append('\n').append(epoch.startedAt).append("..").append(epoch.acknowledgedAt);
      text.append(' ').append(epoch.what);
    }
    for (Write write :
        writes.subList(epochs.get(Math.max(0, last - 1)).writesBefore, writes.size())) {
      if (write.startedAt <= call) {
        text.append('\n').append(write.startedAt).append(" write of ").append(write.stamps[0]);
        text.append(" to ").append(write.volume).append(" at ").append(write.sector);
        text.append(", ").append(write.stamps.length).append(" sectors");
      }
    }
    return text.toString();
  }

  private int lastAcknowledged(int call) {
    int last = 0;
    for (int i = 0; i < epochs.size() && epochs.get(i).acknowledgedAt <= call; i++) {
      last = i;
    }
    return last;
  }

  private String mismatch(
      Map<String, Found> found, Map<String, Content> expected, List<Write> since, int call) {
    if (!found.keySet().equals(expected.keySet())) {
      return "volumes " + found.keySet() + " instead of " + expected.keySet();
    }
    for (Map.Entry<String, Content> entry : expected.entrySet()) {
      String name = entry.getKey();
      Content content = entry.getValue();
      Found volume = found.get(name);
      if (volume.sizeBytes != content.sizeBytes()) {
        return name + " has " + volume.sizeBytes + " bytes instead of " + content.sizeBytes();
      }
      if (volume.sealed != content.sealed || (volume.erasing && !content.erasing)) {
        return name + " is in another state: " + volume.sealed + " " + volume.erasing;
      }
      for (int sector = 0; !volume.erasing && sector < content.stamps.length; sector++) {
        int stamp = volume.stamps[sector];
        if (sector % blockSectors != 0 && stamp != volume.stamps[sector - 1]) {
          return name + " is torn within a block, before sector " + sector;
        }
        if (!mayHold(stamp, content.stamps[sector], since, name, sector, call)) {
          return name
              + " holds "
              + stamp
              + " in sector "
              + sector
              + " instead of "
              + content.stamps[sector];
        }
      }
    }
    return null;
  }

  /** Whether a sector may hold a stamp: any written since the last that is durable, or that one. */
  private static boolean mayHold(
      int stamp, int before, List<Write> since, String volume, int sector, int call) {
    for (int i = since.size() - 1; i >= 0; i--) {
      Write write = since.get(i);
      if (write.covers(volume, sector)) {
        if (write.stamps[sector - write.sector] == stamp) {
          return true;
        }
        if (write.durableAt <= call) {
          return false;
        }
      }
    }
    return stamp == before;
  }

  /** Of which atomic write there is a part and not the rest, or null. */
  private static String halfOf(Map<String, Found> found, List<Write> since) {
    for (int i = 0; i < since.size(); i++) {
      Write write = since.get(i);
      Found volume = found.get(write.volume);
      if (!write.atomic || volume == null || volume.erasing) {
        continue;
      }
      int there = 0;
      int missing = 0;
      for (int at = 0; at < write.stamps.length; at++) {
        int sector = write.sector + at;
        if (volume.stamps[sector] == write.stamps[at]) {
          there++;
        } else if (!wroteAfter(since, i, write.volume, sector, volume.stamps[sector])) {
          missing++;
        }
      }
      if (there > 0 && missing > 0) {
        return there + " sectors of the atomic write of " + write.stamps[0] + " without the rest";
      }
    }
    return null;
  }

  private static boolean wroteAfter(
      List<Write> writes, int index, String volume, int sector, int stamp) {
    for (Write write : writes.subList(index + 1, writes.size())) {
      if (write.covers(volume, sector) && write.stamps[sector - write.sector] == stamp) {
        return true;
      }
    }
    return false;
  }
}
