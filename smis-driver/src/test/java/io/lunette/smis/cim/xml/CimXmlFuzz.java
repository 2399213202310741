/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fuzz target: whatever bytes come as a request, they are read or refused, and what was read can be
 * told again.
 */
public final class CimXmlFuzz {

  private static final RequestReader READER = new RequestReader(XmlLimits.DEFAULT);

  private CimXmlFuzz() {}

  /** One request. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      CimRequest request = READER.read(input);
      assertThat(request.messageId()).isNotNull();
      assertThat(request.method()).isNotNull();
      assertThat(request.namespace()).doesNotContain("//");
      request
          .parameters()
          .forEach(
              (name, value) -> {
                assertThat(name).isNotNull();
                assertThat(String.valueOf(value)).isNotNull();
              });
    } catch (RequestException e) {
      assertThat(e.kind()).isNotNull();
      assertThat(e.getMessage()).isNotNull();
    }
  }
}
