/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * What a command does to the medium, as reservations and write protection see it (SPC-4 table 66,
 * SBC-3 table 13).
 */
public enum Access {
  /** Runs whatever is reserved. */
  UNRESERVED,
  /** Conflicts with RESERVE(6) of another nexus, but with no persistent reservation. */
  STATUS,
  /** Reads the medium: conflicts with exclusive access. */
  READ,
  /** Changes state of the unit, not the medium: conflicts with any reservation of others. */
  CONTROL,
  /** Changes the medium: conflicts with any reservation, and with write protection. */
  WRITE,
  /** Changes the medium in a step that no other write may interleave with. */
  ATOMIC_WRITE;

  /** Whether write protection forbids it. */
  public boolean changesMedium() {
    return this == WRITE || this == ATOMIC_WRITE;
  }
}
