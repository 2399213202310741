/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CopyListTest {

  private static final HexFormat HEX = HexFormat.of();
  private static final Designator SOURCE =
      new Designator(1, 3, HEX.parseHex("6001405000000001000000000000000a"));
  private static final Designator DESTINATION =
      new Designator(1, 3, HEX.parseHex("6001405000000001000000000000000b"));

  private static final String UNITS =
      "e4000000 01 03 00 10 6001405000000001000000000000000a 00000000 00000200"
          + "e4000000 01 03 00 10 6001405000000001000000000000000b 00000000 00000200";
  private static final String SEGMENT =
      "02 00 0018 0000 0001 0000 8000 0000000000000100 0000000000020100";

  @Test
  void aListWithoutIdentifierIsAsTheStandardLaysItOut() {
    byte[] list = CopyList.encode(SOURCE, DESTINATION, 512, 0x100, 0x20100, 0x8000, true, 5);

    assertThat(HEX.formatHex(list))
        .isEqualTo(("00 18 0040 00000000 0000001c 00000000" + UNITS + SEGMENT).replace(" ", ""));
  }

  @Test
  void listsUnderWayAtOnceHaveIdentifiersOfTheirOwn() {
    byte[] list = CopyList.encode(SOURCE, DESTINATION, 512, 0x100, 0x20100, 0x8000, false, 5);

    assertThat(HEX.formatHex(list))
        .isEqualTo(("06 00 0040 00000000 0000001c 00000000" + UNITS + SEGMENT).replace(" ", ""));
  }
}
