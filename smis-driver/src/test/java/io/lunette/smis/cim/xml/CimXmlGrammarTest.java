/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

/** That the grammar which answers are held to would notice. */
class CimXmlGrammarTest {

  private static final String GOOD =
      "<IRETURNVALUE><INSTANCE CLASSNAME=\"X\">"
          + "<PROPERTY NAME=\"N\" TYPE=\"uint8\"><VALUE>255</VALUE></PROPERTY>"
          + "<PROPERTY.ARRAY NAME=\"A\" TYPE=\"boolean\"><VALUE.ARRAY><VALUE>TRUE</VALUE>"
          + "<VALUE.NULL/></VALUE.ARRAY></PROPERTY.ARRAY>"
          + "<PROPERTY NAME=\"E\" TYPE=\"string\" EmbeddedObject=\"object\"><VALUE>&lt;INSTANCE"
          + " CLASSNAME=\"Y\"/&gt;</VALUE></PROPERTY>"
          + "<PROPERTY NAME=\"T\" TYPE=\"datetime\"><VALUE>20261126230000.000000+060</VALUE>"
          + "</PROPERTY></INSTANCE></IRETURNVALUE>";

  private static Element check(String answer) {
    return CimXmlGrammar.check(
        "<CIM CIMVERSION=\"2.0\" DTDVERSION=\"2.0\"><MESSAGE ID=\"1\" PROTOCOLVERSION=\"1.0\">"
            + "<SIMPLERSP><IMETHODRESPONSE NAME=\"GetInstance\">"
            + answer
            + "</IMETHODRESPONSE></SIMPLERSP></MESSAGE></CIM>");
  }

  @Test
  void whatTheStandardHasIsTaken() {
    Element unused = check(GOOD);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "255->256",
        "TRUE->true",
        "&lt;INSTANCE->&lt;CLASS",
        "+060->+6",
        "NAME=\"N\"->NAME=\"a\" X=\"\"",
        "NAME=\"A\"->NAME=\"n\"",
        "TYPE=\"uint8\"->",
        "<IRETURNVALUE>->text<IRETURNVALUE>",
        "<VALUE>255</VALUE>-><VALUE>255</VALUE><VALUE>1</VALUE>",
        "</IRETURNVALUE>-></IRETURNVALUE><PARAMVALUE NAME=\"P\" PARAMTYPE=\"string\"/>",
        "<INSTANCE -><INSTANCENAME CLASSNAME=\"X\"/><INSTANCE ",
      })
  void whatItHasNotIsNoticed(String change) {
    String[] parts = change.split("->", -1);
    String changed = GOOD.replace(parts[0], parts[1]);

    assertThatThrownBy(() -> check(changed)).isInstanceOf(AssertionError.class);
  }
}
