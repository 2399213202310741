/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

/**
 * Something in a pool that is not as it must be.
 *
 * @param place where, for people: a structure and its byte offset, a volume, a layer, extents
 * @param what what is wrong there
 * @param repair what {@link PoolRepair} does about it, or null where that would take inventing data
 */
public record PoolProblem(String place, String what, String repair) {

  /** A problem that nothing but a backup mends. */
  static PoolProblem beyondRepair(String place, String what) {
    return new PoolProblem(place, what, null);
  }

  /** Whether it can be mended without inventing data. */
  public boolean isRepairable() {
    return repair != null;
  }

  @Override
  public String toString() {
    return place + ": " + what;
  }
}
