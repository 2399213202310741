/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a pool may hold after a crash, as plain arrays. A life is a sequence of epochs: the state at
 * each acknowledged flush or change of volumes, with the number of device calls that had been made
 * then. A crash after call k leaves the newest epoch that was acknowledged by then, with any of the
 * sectors that were written since and before k; or wholly the epoch that was under way.
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
      BitSet erased) {}

  private record Write(int startedAt, String volume, int sector, int[] stamps) {}

  private final List<Epoch> epochs = new ArrayList<>();
  private final List<Write> writes = new ArrayList<>();

  /** The state as the caller has seen it. */
  final TreeMap<String, Content> now = new TreeMap<>();

  /** Stamps that an erase has certified to be gone. */
  final BitSet erased = new BitSet();

  CrashModel() {
    acknowledge("begin", 0, 0);
  }

  /** A change of {@link #now} has become durable. */
  void acknowledge(String what, int startedAt, int acknowledgedAt) {
    Map<String, Content> volumes = new TreeMap<>();
    now.forEach((name, content) -> volumes.put(name, content.copy()));
    epochs.add(
        new Epoch(
            what, startedAt, acknowledgedAt, writes.size(), volumes, (BitSet) erased.clone()));
  }

  /** A change of {@link #now} has ended in an error: it may have happened or not. */
  void leaveOpen(String what, int startedAt) {
    acknowledge(what, startedAt, NEVER);
  }

  /** A write begins; {@link #written} ends it. */
  void writing(int startedAt, String volume, int sector, int[] stamps) {
    writes.add(new Write(startedAt, volume, sector, stamps));
  }

  void written(String volume, int sector, int[] stamps) {
    System.arraycopy(stamps, 0, now.get(volume).stamps, sector, stamps.length);
  }

  /** Stamps that must not be anywhere on a device that crashed after so many calls. */
  BitSet erasedAt(int call) {
    return epochs.get(lastAcknowledged(call)).erased;
  }

  /** Why what was found cannot be after a crash at that call, or null. */
  String objectionTo(Map<String, Found> found, int call) {
    int last = lastAcknowledged(call);
    Epoch under = last + 1 < epochs.size() ? epochs.get(last + 1) : null;
    String strict = null;
    if (under != null && under.startedAt < call) {
      strict = mismatch(found, under.volumes, List.of());
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
    String lenient = mismatch(found, epoch.volumes, since);
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

  private static String mismatch(
      Map<String, Found> found, Map<String, Content> expected, List<Write> since) {
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
        if (stamp != content.stamps[sector] && !wrote(since, name, sector, stamp)) {
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

  private static boolean wrote(List<Write> writes, String volume, int sector, int stamp) {
    for (Write write : writes) {
      int at = sector - write.sector;
      if (write.volume.equals(volume)
          && at >= 0
          && at < write.stamps.length
          && write.stamps[at] == stamp) {
        return true;
      }
    }
    return false;
  }
}
