/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.nio.ByteBuffer;

/** What is written to the places of a region, and what is expected there. */
interface Content {

  /** Whatever the buffer holds is written, whatever is read is right. */
  Content ANY =
      new Content() {
        @Override
        public void prepare(ByteBuffer buffer, int place) {}

        @Override
        public void check(ByteBuffer buffer, int place) {}
      };

  /** Makes a buffer ready to be written to a place. */
  void prepare(ByteBuffer buffer, int place);

  /** Looks at what was read from a place. */
  void check(ByteBuffer buffer, int place);
}
