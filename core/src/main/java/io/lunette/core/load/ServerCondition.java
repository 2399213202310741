/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.load;

/** How a server is, as far as can be told from outside. */
public enum ServerCondition {
  /** It holds nothing. */
  FREE,
  /** It is being moved from one group, or one replica, to another. */
  MOVING,
  /** It holds a replica; whether it runs is not known. */
  ASSIGNED,
  /** It holds a replica, and is logged in or reports. */
  ACTIVE,
  /** It reported since it got its replica, and has missed several reports. */
  UNREACHABLE
}
