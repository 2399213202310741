/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

/**
 * What was found when all of it was read again.
 *
 * @param words of it
 * @param isSound whether it is what the standard, or the unit, promises
 */
record ReadBack(String words, boolean isSound) {

  static ReadBack sound(String words) {
    return new ReadBack(words, true);
  }

  static ReadBack wrong(String words) {
    return new ReadBack("WRONG: " + words, false);
  }
}
