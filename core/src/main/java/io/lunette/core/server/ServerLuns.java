/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.server;

import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.volume.VolumeName;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Which logical unit numbers each server's initiator has taken, and for which volume. */
public final class ServerLuns {

  private static final int LUN_MAX = 16383;

  /**
   * Takes a number for a volume that has none: the one that is wanted, or the lowest free one.
   *
   * @throws DomainException BUSY if the number is taken, or the volume has one; INVALID if it is
   *     none
   */
  public int take(Transaction transaction, ServerName server, VolumeName volume, OptionalInt wanted)
      throws DomainException {
    Set<Integer> taken =
        new HashSet<>(
            transaction.query(
                "SELECT lun FROM server_lun WHERE server = ?",
                row -> row.integer("lun"),
                server.value()));
    int lun = wanted.orElseGet(() -> lowestFree(taken));
    if (lun < 0 || lun > LUN_MAX) {
      throw new DomainException(
          DomainException.Kind.INVALID, "LUN " + lun + " is not from 0 to " + LUN_MAX);
    }
    if (taken.contains(lun)) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "LUN " + lun + " of server '" + server + "' is taken; use another or none");
    }
    requireNone(transaction, server, volume);
    transaction.update(
        "INSERT INTO server_lun (node, server, lun, volume) VALUES (?, ?, ?, ?)",
        transaction.node().value(),
        server.value(),
        lun,
        volume.value());
    return lun;
  }

  private static void requireNone(Transaction transaction, ServerName server, VolumeName volume)
      throws DomainException {
    Optional<Integer> lun =
        transaction.first(
            "SELECT lun FROM server_lun WHERE server = ? AND volume = ?",
            row -> row.integer("lun"),
            server.value(),
            volume.value());
    if (lun.isPresent()) {
      throw new DomainException(
          DomainException.Kind.BUSY,
          "volume '"
              + volume
              + "' is LUN "
              + lun.get()
              + " of server '"
              + server
              + "' already; unmap it first");
    }
  }

  /** Has the number of a volume stand for another. */
  public void replace(
      Transaction transaction, ServerName server, VolumeName volume, VolumeName other)
      throws DomainException {
    requireNone(transaction, server, other);
    transaction.update(
        "UPDATE server_lun SET volume = ? WHERE node = ? AND server = ? AND volume = ?",
        other.value(),
        transaction.node().value(),
        server.value(),
        volume.value());
  }

  /** Gives the number of a volume back, if it has one. */
  public void free(Transaction transaction, ServerName server, VolumeName volume)
      throws DomainException {
    transaction.update(
        "DELETE FROM server_lun WHERE node = ? AND server = ? AND volume = ?",
        transaction.node().value(),
        server.value(),
        volume.value());
  }

  private static int lowestFree(Set<Integer> taken) {
    int lun = 0;
    while (taken.contains(lun)) {
      lun++;
    }
    return lun;
  }
}
