/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

/**
 * Something in a pool that is not as it must be.
 *
 * @param place where, for people: a structure and its byte offset, a volume, a layer, extents
 * @param what what is wrong there
 */
public record PoolProblem(String place, String what) {

  @Override
  public String toString() {
    return place + ": " + what;
  }
}
