/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.session;

import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.TargetPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The units that a session sees. Any thread changes it; look-ups read one immutable snapshot. */
final class SessionLuns implements LunInventory {

  private record Snapshot(int[] luns, Nexus[] nexuses) {}

  private final String targetName;
  private final List<TargetPort> targetPorts;
  private volatile Snapshot snapshot = new Snapshot(new int[0], new Nexus[0]);

  SessionLuns(String targetName, List<Integer> portalGroups) {
    this.targetName = targetName;
    this.targetPorts = portalGroups.stream().map(tag -> port(targetName, tag)).toList();
  }

  /** A portal group of the target node; its tag serves as the relative identifier too. */
  private static TargetPort port(String targetName, int portalGroupTag) {
    String name = String.format(Locale.ROOT, "%s,t,0x%04x", targetName, portalGroupTag);
    return new TargetPort(portalGroupTag, portalGroupTag, name);
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
  public List<TargetPort> targetPorts() {
    return targetPorts;
  }

  @Override
  public String targetName() {
    return targetName;
  }
}
