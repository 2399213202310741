/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.xml.RequestException.Kind;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests as clients write them, and as attackers do. */
class RequestReaderTest {

  static final String ENUMERATE =
      """
      <?xml version="1.0" encoding="utf-8"?>
      <CIM CIMVERSION="2.0" DTDVERSION="2.0"><MESSAGE ID="42" PROTOCOLVERSION="1.0"><SIMPLEREQ>
      <IMETHODCALL NAME="EnumerateInstances">
      <LOCALNAMESPACEPATH><NAMESPACE NAME="root"/><NAMESPACE NAME="lunette"/></LOCALNAMESPACEPATH>
      <IPARAMVALUE NAME="ClassName"><CLASSNAME NAME="CIM_StorageVolume"/></IPARAMVALUE>
      <IPARAMVALUE NAME="DeepInheritance"><VALUE>TRUE</VALUE></IPARAMVALUE>
      <IPARAMVALUE NAME="PropertyList"><VALUE.ARRAY><VALUE>Name</VALUE><VALUE>A &lt; B</VALUE>\
      </VALUE.ARRAY></IPARAMVALUE>
      </IMETHODCALL></SIMPLEREQ></MESSAGE></CIM>
      """;

  private static final String INVOKE =
      """
      <CIM CIMVERSION="2.0" DTDVERSION="2.0"><MESSAGE ID="1" PROTOCOLVERSION="1.0"><SIMPLEREQ>
      <METHODCALL NAME="Do"><LOCALINSTANCEPATH>
      <LOCALNAMESPACEPATH><NAMESPACE NAME="root/lunette"/></LOCALNAMESPACEPATH>
      <INSTANCENAME CLASSNAME="C"><KEYBINDING NAME="Id"><KEYVALUE VALUETYPE="string">x</KEYVALUE>
      </KEYBINDING></INSTANCENAME></LOCALINSTANCEPATH>
      <PARAMVALUE NAME="Size" PARAMTYPE="uint64"><VALUE>5</VALUE></PARAMVALUE>
      <PARAMVALUE NAME="It"><VALUE.REFERENCE><INSTANCEPATH><NAMESPACEPATH><HOST>h</HOST>
      <LOCALNAMESPACEPATH><NAMESPACE NAME="root"/><NAMESPACE NAME="b"/></LOCALNAMESPACEPATH>
      </NAMESPACEPATH><INSTANCENAME CLASSNAME="D"><KEYBINDING NAME="K"><KEYVALUE>1</KEYVALUE>
      </KEYBINDING></INSTANCENAME></INSTANCEPATH></VALUE.REFERENCE></PARAMVALUE>
      <PARAMVALUE NAME="Nothing"/>
      </METHODCALL></SIMPLEREQ></MESSAGE></CIM>
      """;

  private final RequestReader reader = new RequestReader(XmlLimits.DEFAULT);

  private CimRequest read(String text) throws RequestException {
    return reader.read(text.getBytes(StandardCharsets.UTF_8));
  }

  private void refuses(Kind kind, String text) {
    RequestException refusal = catchThrowableOfType(RequestException.class, () -> read(text));
    assertThat(refusal).as(text.substring(0, Math.min(80, text.length()))).isNotNull();
    assertThat(refusal.kind()).isEqualTo(kind);
  }

  @Test
  void readsAnOperation() throws Exception {
    CimRequest.Intrinsic call = (CimRequest.Intrinsic) read(ENUMERATE);

    assertThat(call.messageId()).isEqualTo("42");
    assertThat(call.method()).isEqualTo("EnumerateInstances");
    assertThat(call.namespace()).isEqualTo("root/lunette");
    assertThat(call.parameters().get("deepinheritance")).isEqualTo("TRUE");
    assertThat(call.parameters().get("PropertyList")).isEqualTo(List.of("Name", "A < B"));
    assertThat(((ObjectPath) call.parameters().get("ClassName")).className())
        .isEqualTo("CIM_StorageVolume");
  }

  @Test
  void readsAMethodCallWithItsReferences() throws Exception {
    CimRequest.Extrinsic call = (CimRequest.Extrinsic) read(INVOKE);

    assertThat(call.target()).isEqualTo(ObjectPath.of("", "C", Map.of("Id", "x")));
    assertThat(call.namespace()).isEqualTo("root/lunette");
    assertThat(call.parameters()).containsEntry("Size", "5").containsEntry("Nothing", null);
    assertThat(((ObjectPath) call.parameters().get("it")).namespace()).isEqualTo("root/b");
  }

  @Test
  void refusesDocumentTypesAndEntities() {
    String body = ENUMERATE.substring(ENUMERATE.indexOf("<CIM"));
    refuses(Kind.NOT_WELL_FORMED, "<!DOCTYPE CIM SYSTEM \"file:///etc/passwd\">" + body);
    refuses(
        Kind.NOT_WELL_FORMED,
        "<!DOCTYPE CIM [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
            + body.replace("TRUE", "&b;"));
    refuses(
        Kind.NOT_WELL_FORMED,
        "<!DOCTYPE CIM [<!ENTITY x SYSTEM \"http://127.0.0.1:9/\">]>"
            + body.replace("TRUE", "&x;"));
    refuses(Kind.NOT_WELL_FORMED, body.replace("TRUE", "&undeclared;"));
  }

  @Test
  void refusesWhatIsTooDeepTooMuchOrTooLong() {
    refuses(Kind.NOT_WELL_FORMED, "<A>".repeat(100) + "</A>".repeat(100));
    refuses(Kind.NOT_WELL_FORMED, "<A>" + "<B/>".repeat(60_000) + "</A>");
    StringBuilder attributes = new StringBuilder("<A");
    for (int i = 0; i < 50; i++) {
      attributes.append(" a").append(i).append("='1'");
    }
    refuses(Kind.NOT_WELL_FORMED, attributes + "/>");
    refuses(Kind.NOT_WELL_FORMED, "<" + "A".repeat(1000) + "/>");
  }

  @Test
  void refusesBrokenAndForeignDocuments() {
    for (String broken :
        List.of("", "x", "<CIM>", "<CIM></MIC>", "<CIM a=1/>", "\u0000", "<A/><B/>")) {
      refuses(Kind.NOT_WELL_FORMED, broken);
    }
    refuses(Kind.NOT_VALID, "<html/>");
    refuses(Kind.NOT_VALID, "<CIM CIMVERSION='2.0' DTDVERSION='2.0'/>");
    refuses(
        Kind.NOT_VALID, ENUMERATE.replace("<IPARAMVALUE NAME=\"Deep", "<IPARAMVALUE NOM=\"Deep"));
    refuses(
        Kind.NOT_VALID,
        INVOKE.replaceAll("(?s)<LOCALINSTANCEPATH>.*</METHODCALL>", "</METHODCALL>"));
    refuses(
        Kind.UNSUPPORTED_CIM_VERSION,
        ENUMERATE.replace("CIMVERSION=\"2.0\"", "CIMVERSION=\"3.0\""));
    refuses(
        Kind.UNSUPPORTED_PROTOCOL_VERSION,
        ENUMERATE.replace("PROTOCOLVERSION=\"1.0\"", "PROTOCOLVERSION=\"2.0\""));
    refuses(Kind.MULTIPLE_REQUESTS, ENUMERATE.replace("SIMPLEREQ", "MULTIREQ"));
    refuses(Kind.UNSUPPORTED_OPERATION, ENUMERATE.replace("SIMPLEREQ", "SIMPLEEXPREQ"));
  }

  @Test
  void aRequestThatEndsEarlyIsRefusedWhereverItEnds() {
    byte[] whole = INVOKE.strip().getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThat(catchThrowableOfType(RequestException.class, () -> reader.read(part)))
          .as("of %d bytes", length)
          .isNotNull();
    }
  }

  @Test
  void whatTheParserWouldStumbleOverIsRefused() {
    refuses(Kind.NOT_WELL_FORMED, "<!DOCTYPE CIM [\u000e]><CIM/>");
    refuses(Kind.NOT_WELL_FORMED, "<!DOCTYPE CIM [<!ENTITY a");
    for (Charset other : List.of(StandardCharsets.UTF_16, StandardCharsets.ISO_8859_1)) {
      byte[] document = ENUMERATE.replace("Name", "N\u00e4me").getBytes(other);
      assertThatThrownBy(() -> reader.read(document))
          .isInstanceOfSatisfying(
              RequestException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_WELL_FORMED))
          .hasMessageContaining("not in UTF-8");
    }
  }

  @Test
  void aByteOrderMarkIsPassedOver() throws Exception {
    assertThat(read("\ufeff" + ENUMERATE).method()).isEqualTo(read(ENUMERATE).method());
  }
}
