/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is written can be read back, whatever the text. */
class XmlOutTest {

  @Test
  void textsComeBackWithoutWhatXmlForbids() throws Exception {
    String text = "a<b>&\"'\n\t\u0001\u0000\uD83D\uDE00\uD83D \uFFFF]]>\r";
    StringBuilder document = new StringBuilder();

    new XmlOut(document).declaration().open("A", "b", text).text(text).close();

    XmlElement read =
        new XmlTree(XmlLimits.DEFAULT)
            .read(document.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(read.text()).isEqualTo("a<b>&\"'\n\t\uD83D\uDE00 ]]>\r");
    assertThat(read.attribute("b")).isEqualTo("a<b>&\"'  \uD83D\uDE00 ]]>\r");
  }

  @Test
  void anEmptyElementHasBothTags() {
    StringBuilder document = new StringBuilder();

    new XmlOut(document).open("A", "x", null).close();

    assertThat(document).hasToString("<A></A>");
  }
}
