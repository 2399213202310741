/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.Locale;
import java.util.regex.Pattern;

/** An answer as an array puts it: in other words, with more than was asked for, or with less. */
final class EmulatedAccent {

  private EmulatedAccent() {}

  static String of(Flavour flavour, String answer) {
    String said = answer;
    if (flavour.has(Flavour.Trait.TERSE)) {
      said =
          said.replaceAll(" PARAMTYPE=\"[a-z0-9]+\"", "")
              .replaceAll(
                  "<VALUE.REFERENCE><INSTANCEPATH><NAMESPACEPATH>.*?</NAMESPACEPATH>",
                  "<VALUE.REFERENCE>")
              .replace("</INSTANCEPATH></VALUE.REFERENCE>", "</VALUE.REFERENCE>");
    }
    if (flavour.has(Flavour.Trait.CHATTY)) {
      said =
          said.replace("<PROPERTY NAME", "<PROPERTY CLASSORIGIN=\"CIM_Else\" xml:lang=\"en\" NAME")
              .replace("</PROPERTY><", "</PROPERTY>\n  <!-- and furthermore -->\n  <");
    }
    if (flavour.has(Flavour.Trait.ODD)) {
      String key = "(<KEYBINDING NAME=\"\\w+\"><KEYVALUE[^>]*>[^<]*</KEYVALUE></KEYBINDING>)";
      said =
          said.replaceAll(
                  "(<INSTANCE CLASSNAME=\"\\w+\">)",
                  "$1<PROPERTY NAME=\"Caption\" TYPE=\"string\"/><PROPERTY.ARRAY NAME=\"AcmeLamps\""
                      + " TYPE=\"uint16\"/><PROPERTY NAME=\"AcmeRatio\" TYPE=\"real32\"><VALUE>1.5E0"
                      + "</VALUE></PROPERTY><PROPERTY NAME=\"InstallDate\" TYPE=\"datetime\"/>")
              .replaceAll(key + key, "$2$1")
              .replace("VALUETYPE=\"string\">", "TYPE=\"string\" VALUETYPE=\"string\">");
      said =
          Pattern.compile("<NAMESPACE NAME=\"[^\"]*\"")
              .matcher(said)
              .replaceAll(each -> each.group().toUpperCase(Locale.ROOT));
    }
    if (flavour.has(Flavour.Trait.NUMBERLESS)) {
      said =
          said.replaceAll(
              "<PROPERTY NAME=\"DeviceNumber\" TYPE=\"string\"><VALUE>[^<]*</VALUE></PROPERTY>",
              "<PROPERTY NAME=\"DeviceNumber\" TYPE=\"string\"/>");
    }
    return said;
  }
}
