/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.tenant;

/** The tenant is alone. */
final class Nobody implements Neighbour {

  @Override
  public String label() {
    return "alone";
  }

  @Override
  public void prepare() {
    // There is nothing to get ready.
  }

  @Override
  public Turn begin() {
    return new Turn() {
      @Override
      public boolean isOver() {
        return false;
      }

      @Override
      public long bytes() {
        return 0;
      }

      @Override
      public void await() {
        // Nothing goes on.
      }
    };
  }
}
