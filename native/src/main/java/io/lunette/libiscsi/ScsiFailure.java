/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import java.util.Locale;
import java.util.Optional;

/**
 * How a SCSI command failed.
 *
 * @param status the SCSI status (SAM), or what libiscsi puts in its place above 0xff
 * @param sense where the target gave it, with CHECK CONDITION
 * @param residualCount bytes that were not moved, or were too many
 * @param message what libiscsi says
 */
public record ScsiFailure(int status, Optional<Sense> sense, long residualCount, String message) {

  /**
   * Sense data (SPC).
   *
   * @param key sense key
   * @param asc additional sense code
   * @param ascq its qualifier
   */
  public record Sense(int key, int asc, int ascq) {

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%02X/%02X/%02X", key, asc, ascq);
    }
  }

  @Override
  public String toString() {
    return sense
            .map(each -> "sense " + each)
            .orElse(String.format(Locale.ROOT, "status %#x", status))
        + (residualCount == 0 ? "" : ", residual " + residualCount)
        + (message.isBlank() ? "" : ": " + message.strip());
  }
}
