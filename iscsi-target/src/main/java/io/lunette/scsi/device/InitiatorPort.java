/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.Locale;

/**
 * An iSCSI initiator port as reservations know it: the initiator's name and the ISID (RFC 7143
 * §4.4.2). It outlives sessions: who comes back with both is the same port. Immutable.
 */
public final class InitiatorPort {

  private final String nodeName;
  private final long isid;
  private final int hash;

  /**
   * @param nodeName the initiator's iSCSI name, in lower case as iSCSI names compare
   * @param isid the low 48 bits
   */
  public InitiatorPort(String nodeName, long isid) {
    this.nodeName = nodeName.toLowerCase(Locale.ROOT);
    this.isid = isid;
    this.hash = this.nodeName.hashCode() * 31 + Long.hashCode(isid);
  }

  /** The iSCSI name of the initiator that it is a port of. */
  public String nodeName() {
    return nodeName;
  }

  public long isid() {
    return isid;
  }

  /** The name and the ISID in hexadecimal digits, as the standards write the name of a port. */
  public String name() {
    return String.format(Locale.ROOT, "%s,i,0x%012x", nodeName, isid);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InitiatorPort that
        && isid == that.isid
        && nodeName.equals(that.nodeName);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return name();
  }
}
