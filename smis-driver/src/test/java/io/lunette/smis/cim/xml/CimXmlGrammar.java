/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * What a server may answer, and tell a listener, in CIM-XML: DSP0201 2.4 as one table, held to it
 * as strictly as the strictest client. Beyond the content of elements, values have to be of the
 * type that is said of them, and embedded objects are read too.
 */
public final class CimXmlGrammar {

  private static final Pattern DATETIME =
      Pattern.compile("\\d{14}\\.\\d{6}[+-]\\d{3}|\\d{14}\\.\\d{6}:000");

  private static final String PROPERTIES = "(PROPERTY |PROPERTY\\.ARRAY |PROPERTY\\.REFERENCE )*";

  /**
   * What is in an element, as a pattern of the names of its children, each with a blank behind it.
   * TEXT is text alone.
   */
  private static final String TEXT = "#";

  private record Rule(Set<String> required, Set<String> optional, Pattern content) {}

  private static final Map<String, Rule> RULES = new HashMap<>();

  private static void rule(String element, String required, String optional, String content) {
    RULES.put(element, new Rule(names(required), names(optional), Pattern.compile(content)));
  }

  private static Set<String> names(String text) {
    return text.isEmpty() ? Set.of() : Set.of(text.split(" "));
  }

  static {
    rule("CIM", "CIMVERSION DTDVERSION", "", "MESSAGE ");
    rule("MESSAGE", "ID PROTOCOLVERSION", "", "(SIMPLERSP|SIMPLEEXPREQ) ");
    rule("SIMPLERSP", "", "", "(I?METHODRESPONSE) ");
    rule("METHODRESPONSE", "NAME", "", "ERROR |(RETURNVALUE )?(PARAMVALUE )*");
    rule("IMETHODRESPONSE", "NAME", "", "ERROR |(IRETURNVALUE )?(PARAMVALUE )*");
    rule("ERROR", "CODE", "DESCRIPTION", "(INSTANCE )*");
    rule("RETURNVALUE", "PARAMTYPE", "EmbeddedObject", "(VALUE |VALUE\\.REFERENCE )?");
    rule(
        "IRETURNVALUE",
        "",
        "",
        "(CLASSNAME )*|(INSTANCENAME )*|(VALUE )*|(VALUE\\.OBJECTWITHPATH )*|(OBJECTPATH )*"
            + "|(VALUE\\.ARRAY )?|(VALUE\\.REFERENCE )?|(CLASS )*|(INSTANCE )*|(INSTANCEPATH )*"
            + "|(VALUE\\.NAMEDINSTANCE )*|(VALUE\\.INSTANCEWITHPATH )*");
    rule(
        "PARAMVALUE",
        "NAME PARAMTYPE",
        "EmbeddedObject",
        "((VALUE|VALUE\\.ARRAY|VALUE\\.REFERENCE|VALUE\\.REFARRAY) )?");
    rule("SIMPLEEXPREQ", "", "", "EXPMETHODCALL ");
    rule("EXPMETHODCALL", "NAME", "", "(EXPPARAMVALUE )*");
    rule("EXPPARAMVALUE", "NAME", "", "(INSTANCE )?");
    rule("VALUE.NAMEDINSTANCE", "", "", "INSTANCENAME INSTANCE ");
    rule("VALUE.INSTANCEWITHPATH", "", "", "INSTANCEPATH INSTANCE ");
    rule("VALUE.OBJECTWITHPATH", "", "", "INSTANCEPATH INSTANCE |CLASSPATH CLASS ");
    rule("OBJECTPATH", "", "", "INSTANCEPATH |CLASSPATH ");
    rule("INSTANCEPATH", "", "", "NAMESPACEPATH INSTANCENAME ");
    rule("CLASSPATH", "", "", "NAMESPACEPATH CLASSNAME ");
    rule("NAMESPACEPATH", "", "", "HOST LOCALNAMESPACEPATH ");
    rule("LOCALNAMESPACEPATH", "", "", "(NAMESPACE )+");
    rule("NAMESPACE", "NAME", "", "");
    rule("HOST", "", "", TEXT);
    rule("CLASSNAME", "NAME", "", "");
    rule("INSTANCENAME", "CLASSNAME", "", "(KEYBINDING )+");
    rule("KEYBINDING", "NAME", "", "KEYVALUE |VALUE\\.REFERENCE ");
    rule("KEYVALUE", "VALUETYPE", "TYPE", TEXT);
    rule("INSTANCE", "CLASSNAME", "", PROPERTIES);
    rule("CLASS", "NAME", "SUPERCLASS", "(QUALIFIER )*" + PROPERTIES + "(METHOD )*");
    rule("PROPERTY", "NAME TYPE", "CLASSORIGIN EmbeddedObject", "(QUALIFIER )*(VALUE )?");
    rule(
        "PROPERTY.ARRAY",
        "NAME TYPE",
        "CLASSORIGIN EmbeddedObject",
        "(QUALIFIER )*(VALUE\\.ARRAY )?");
    rule(
        "PROPERTY.REFERENCE",
        "NAME",
        "REFERENCECLASS CLASSORIGIN",
        "(QUALIFIER )*(VALUE\\.REFERENCE )?");
    rule(
        "METHOD",
        "NAME TYPE",
        "CLASSORIGIN",
        "(QUALIFIER )*(PARAMETER(\\.ARRAY|\\.REFERENCE|\\.REFARRAY)? )*");
    rule("PARAMETER", "NAME TYPE", "", "(QUALIFIER )*");
    rule("PARAMETER.ARRAY", "NAME TYPE", "", "(QUALIFIER )*");
    rule("PARAMETER.REFERENCE", "NAME", "REFERENCECLASS", "(QUALIFIER )*");
    rule("PARAMETER.REFARRAY", "NAME", "REFERENCECLASS", "(QUALIFIER )*");
    rule("QUALIFIER", "NAME TYPE", "", "VALUE |VALUE\\.ARRAY ");
    rule("VALUE", "", "", TEXT);
    rule("VALUE.ARRAY", "", "", "(VALUE |VALUE\\.NULL )*");
    rule("VALUE.NULL", "", "", "");
    rule("VALUE.REFERENCE", "", "", "INSTANCEPATH |CLASSPATH ");
    rule("VALUE.REFARRAY", "", "", "(VALUE\\.REFERENCE |VALUE\\.NULL )*");
  }

  /** What each operation may return; those that are not here return nothing. */
  private static final Map<String, String> RETURNED =
      Map.ofEntries(
          Map.entry("GetInstance", "INSTANCE "),
          Map.entry("EnumerateInstances", "(VALUE.NAMEDINSTANCE )*"),
          Map.entry("EnumerateInstanceNames", "(INSTANCENAME )*"),
          Map.entry("CreateInstance", "INSTANCENAME "),
          Map.entry("GetProperty", "(VALUE |VALUE.ARRAY |VALUE.REFERENCE )?"),
          Map.entry("Associators", "(VALUE.OBJECTWITHPATH )*"),
          Map.entry("AssociatorNames", "(OBJECTPATH )*"),
          Map.entry("References", "(VALUE.OBJECTWITHPATH )*"),
          Map.entry("ReferenceNames", "(OBJECTPATH )*"),
          Map.entry("GetClass", "CLASS "),
          Map.entry("EnumerateClasses", "(CLASS )*"),
          Map.entry("EnumerateClassNames", "(CLASSNAME )*"),
          Map.entry("OpenEnumerateInstances", "(VALUE.INSTANCEWITHPATH )*"),
          Map.entry("OpenAssociatorInstances", "(VALUE.INSTANCEWITHPATH )*"),
          Map.entry("OpenReferenceInstances", "(VALUE.INSTANCEWITHPATH )*"),
          Map.entry("PullInstancesWithPath", "(VALUE.INSTANCEWITHPATH )*"),
          Map.entry("OpenEnumerateInstancePaths", "(INSTANCEPATH )*"),
          Map.entry("OpenAssociatorInstancePaths", "(INSTANCEPATH )*"),
          Map.entry("OpenReferenceInstancePaths", "(INSTANCEPATH )*"),
          Map.entry("PullInstancePaths", "(INSTANCEPATH )*"));

  private CimXmlGrammar() {}

  /**
   * Reads a whole message.
   *
   * @throws AssertionError if it is not what the standard has
   */
  public static Element check(String message) {
    Element root = Elements.parse(message);
    require(root.getTagName().equals("CIM"), root, "is no CIM");
    require(root.getAttribute("CIMVERSION").startsWith("2."), root, "is of another CIMVERSION");
    check(root);
    return root;
  }

  private static void require(boolean holds, Element element, String what) {
    if (!holds) {
      StringBuilder where = new StringBuilder();
      for (Node each = element; each instanceof Element outer; each = each.getParentNode()) {
        where.insert(0, "/" + outer.getTagName() + name(outer));
      }
      throw new AssertionError(where + " " + what);
    }
  }

  private static String name(Element element) {
    String name = element.getAttribute(element.hasAttribute("NAME") ? "NAME" : "CLASSNAME");
    return name.isEmpty() ? "" : "[" + name + "]";
  }

  private static void check(Element element) {
    Rule rule = RULES.get(element.getTagName());
    require(rule != null, element, "is no element of an answer");
    checkAttributes(element, rule);
    StringBuilder children = new StringBuilder();
    boolean text = rule.content().pattern().equals(TEXT);
    for (Node each = element.getFirstChild(); each != null; each = each.getNextSibling()) {
      if (each instanceof Element child) {
        children.append(child.getTagName()).append(' ');
        check(child);
      } else {
        require(text || each.getTextContent().isBlank(), element, "has text");
      }
    }
    String pattern = text ? "" : rule.content().pattern();
    require(children.toString().matches(pattern), element, "may not have these in it: " + children);
    checkMeaning(element, children.toString());
  }

  private static void checkAttributes(Element element, Rule rule) {
    Set<String> there = new TreeSet<>();
    for (int i = 0; i < element.getAttributes().getLength(); i++) {
      there.add(element.getAttributes().item(i).getNodeName());
    }
    require(there.containsAll(rule.required()), element, "lacks one of " + rule.required());
    there.removeAll(rule.required());
    there.removeAll(rule.optional());
    require(there.isEmpty(), element, "may not have " + there);
  }

  private static void checkMeaning(Element element, String children) {
    switch (element.getTagName()) {
      case "PROPERTY", "PROPERTY.ARRAY", "QUALIFIER" -> checkValues(element, "TYPE");
      case "PARAMVALUE", "RETURNVALUE" -> checkValues(element, "PARAMTYPE");
      case "KEYVALUE" -> checkKey(element);
      case "IMETHODRESPONSE" -> checkReturned(element);
      case "ERROR" ->
          require(element.getAttribute("CODE").matches("[1-9][0-9]?"), element, "has an odd code");
      case "INSTANCE", "CLASS", "INSTANCENAME" -> checkDistinct(element);
      default -> {}
    }
  }

  private static void checkDistinct(Element element) {
    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (Element child : Elements.of(element)) {
      String kind = child.getTagName().replaceAll("\\..*", "");
      require(names.add(kind + child.getAttribute("NAME")), child, "is there twice");
    }
  }

  private static void checkKey(Element element) {
    String text = element.getTextContent();
    boolean fits =
        switch (element.getAttribute("VALUETYPE")) {
          case "string" -> true;
          case "numeric" -> text.matches("[+-]?[0-9]+");
          case "boolean" -> text.matches("(?i)true|false");
          default -> false;
        };
    require(fits, element, "'" + text + "' is not of its VALUETYPE");
  }

  private static void checkReturned(Element response) {
    String returned = RETURNED.getOrDefault(response.getAttribute("NAME"), "");
    for (Element child : Elements.of(response)) {
      if (child.getTagName().equals("IRETURNVALUE")) {
        StringBuilder names = new StringBuilder();
        Elements.of(child).forEach(each -> names.append(each.getTagName()).append(' '));
        require(
            names.toString().matches(returned.replace(".", "\\.")),
            child,
            "may not return " + names);
      }
    }
    boolean pulls = response.getAttribute("NAME").matches("(Open|Pull).*");
    boolean failed = Elements.of(response).stream().anyMatch(e -> e.getTagName().equals("ERROR"));
    require(
        failed || parameters(response).equals(pulls ? PULLED : Set.of()),
        response,
        "has the parameters " + parameters(response));
  }

  private static final Set<String> PULLED = Set.of("EndOfSequence", "EnumerationContext");

  private static Set<String> parameters(Element response) {
    Set<String> names = new TreeSet<>();
    for (Element child : Elements.of(response)) {
      if (child.getTagName().equals("PARAMVALUE")) {
        names.add(child.getAttribute("NAME"));
      }
    }
    return names;
  }

  private static void checkValues(Element element, String attribute) {
    String type = element.getAttribute(attribute);
    for (Element child : Elements.of(element)) {
      boolean array = child.getTagName().matches("VALUE\\.(ARRAY|REFARRAY)");
      for (Element value : array ? Elements.of(child) : List.of(child)) {
        boolean reference = value.getTagName().equals("VALUE.REFERENCE");
        boolean literal = value.getTagName().equals("VALUE");
        require(!reference || type.equals("reference"), value, "is no " + type);
        require(!literal || !type.equals("reference"), value, "is no " + type);
        if (literal) {
          checkValue(element, value, CimType.of(type));
        }
      }
    }
  }

  private static void checkValue(Element owner, Element value, CimType type) {
    String text = value.getTextContent();
    try {
      Object unused = type.parse(text);
    } catch (CimException e) {
      require(false, value, e.getMessage());
    }
    require(
        type != CimType.DATETIME || DATETIME.matcher(text).matches(), value, text + " is no time");
    require(type != CimType.BOOLEAN || text.matches("TRUE|FALSE"), value, text + " is no boolean");
    if (owner.hasAttribute("EmbeddedObject")) {
      require(
          owner.getAttribute("EmbeddedObject").matches("object|instance"), owner, "embeds what?");
      Element embedded = Elements.parse(text);
      require(embedded.getTagName().equals("INSTANCE"), value, "embeds no INSTANCE");
      check(embedded);
    }
  }
}
