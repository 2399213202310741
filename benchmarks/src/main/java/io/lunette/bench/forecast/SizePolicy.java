/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

/** Says how many replicas to keep ready. Used by one simulation. */
interface SizePolicy {

  /** What it is called in the report. */
  String label();

  /** Somebody asked; {@code missed} if none was ready. */
  void arrived(long micros, boolean missed);

  /** A replica was made, in that time. */
  void made(long leadMicros);

  /** How many to keep ready. */
  int target(long micros);

  /** How many of so many ready replicas to give up. */
  default int surplus(long micros, int ready) {
    return Math.max(0, ready - target(micros));
  }

  /** Always the same number. */
  static SizePolicy fixed(int size) {
    return new SizePolicy() {
      @Override
      public String label() {
        return "fixed " + size;
      }

      @Override
      public void arrived(long micros, boolean missed) {
        // A fixed size learns nothing.
      }

      @Override
      public void made(long leadMicros) {
        // A fixed size learns nothing.
      }

      @Override
      public int target(long micros) {
        return size;
      }
    };
  }
}
