/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The units that a session sees. Any thread changes it; look-ups read one immutable snapshot. */
final class SessionLuns implements LunInventory {

  private record Snapshot(int[] luns, Nexus[] nexuses) {}

  private final String targetName;
  private volatile Snapshot snapshot = new Snapshot(new int[0], new Nexus[0]);

  SessionLuns(String targetName) {
    this.targetName = targetName;
  }

  @Override
  public int[] luns() {
    return snapshot.luns.clone();
  }

  @Override
  public Nexus nexus(int lun) {
    Snapshot seen = snapshot;
    int at = Arrays.binarySearch(seen.luns, lun);
    return at < 0 ? null : seen.nexuses[at];
  }

  List<Nexus> all() {
    return List.of(snapshot.nexuses);
  }

  synchronized void put(int lun, Nexus nexus) {
    remove(lun);
    Snapshot old = snapshot;
    int at = -Arrays.binarySearch(old.luns, lun) - 1;
    List<Nexus> nexuses = new ArrayList<>(List.of(old.nexuses));
    nexuses.add(at, nexus);
    int[] luns = new int[old.luns.length + 1];
    System.arraycopy(old.luns, 0, luns, 0, at);
    luns[at] = lun;
    System.arraycopy(old.luns, at, luns, at + 1, old.luns.length - at);
    snapshot = new Snapshot(luns, nexuses.toArray(Nexus[]::new));
  }

  /** Removes an entry; null if there was none. */
  synchronized Nexus remove(int lun) {
    Snapshot old = snapshot;
    int at = Arrays.binarySearch(old.luns, lun);
    if (at < 0) {
      return null;
    }
    List<Nexus> nexuses = new ArrayList<>(List.of(old.nexuses));
    Nexus removed = nexuses.remove(at);
    int[] luns = Arrays.stream(old.luns).filter(each -> each != lun).toArray();
    snapshot = new Snapshot(luns, nexuses.toArray(Nexus[]::new));
    return removed;
  }

  @Override
  public String targetPortName() {
    return targetName
        + ",t,0x"
        + String.format(java.util.Locale.ROOT, "%04x", TargetNode.PORTAL_GROUP);
  }

  @Override
  public String targetName() {
    return targetName;
  }
}
