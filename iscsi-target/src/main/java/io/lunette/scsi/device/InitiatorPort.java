/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import java.util.Arrays;
import java.util.Objects;

/**
 * An initiator port as reservations know it: its name, and its TransportID (SPC-4 §7.6.4). Two are
 * equal when their TransportIDs are, so a registration outlives the session it was made in.
 */
public final class InitiatorPort {

  private final String name;
  private final byte[] transportId;

  public InitiatorPort(String name, byte[] transportId) {
    this.name = Objects.requireNonNull(name);
    this.transportId = transportId.clone();
  }

  /** A copy of the TransportID. */
  public byte[] transportId() {
    return transportId.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InitiatorPort that && Arrays.equals(transportId, that.transportId);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(transportId);
  }

  @Override
  public String toString() {
    return name;
  }
}
