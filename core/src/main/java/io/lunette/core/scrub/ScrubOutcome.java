/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.scrub;

/** How a scrub ended. */
public enum ScrubOutcome {
  /** Everything was erased, and verified by reading it back. */
  VERIFIED,
  /** It failed as often as it may: the replica is quarantined. */
  QUARANTINED
}
