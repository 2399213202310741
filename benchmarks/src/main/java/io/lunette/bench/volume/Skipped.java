/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.volume;

/**
 * A work that could not be measured here.
 *
 * @param work what was to be done
 * @param against what a volume was to be held against
 * @param reason why it was not
 */
record Skipped(String work, String against, String reason) {

  @Override
  public String toString() {
    return "skipped: " + work + " / " + against + ": " + reason;
  }
}
