/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** DSP0201 as the emulated array reads and writes it. */
final class CimXml {

  /** A request: an operation or a method, with its parameters. */
  record Request(
      String messageId,
      boolean extrinsic,
      String name,
      String namespace,
      EmulatedObject.Path path,
      Map<String, Object> parameters) {

    String text(String parameter) {
      return parameters.get(parameter) instanceof String text ? text : null;
    }

    EmulatedObject.Path reference(String parameter) {
      Object value = parameters.get(parameter);
      if (value instanceof List<?> several && !several.isEmpty()) {
        value = several.get(0);
      }
      return value instanceof EmulatedObject.Path path ? path : null;
    }

    List<?> list(String parameter) {
      return parameters.get(parameter) instanceof List<?> list ? list : List.of();
    }
  }

  private CimXml() {}

  static Request read(byte[] body) throws IOException {
    try {
      Element root =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(body))
              .getDocumentElement();
      Element message = child(root, "MESSAGE");
      Element call = first(first(message));
      boolean extrinsic = call.getTagName().equals("METHODCALL");
      Map<String, Object> parameters = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      StringBuilder namespace = new StringBuilder();
      EmulatedObject.Path path = null;
      for (Element each : children(call)) {
        switch (each.getTagName()) {
          case "LOCALNAMESPACEPATH" -> namespace(each, namespace);
          case "LOCALINSTANCEPATH" -> {
            namespace(child(each, "LOCALNAMESPACEPATH"), namespace);
            path = path(child(each, "INSTANCENAME"));
          }
          case "IPARAMVALUE", "PARAMVALUE" -> {
            Element value = first(each);
            if (value != null) {
              parameters.put(each.getAttribute("NAME"), value(value));
            }
          }
          default -> throw new IOException("unexpected " + each.getTagName());
        }
      }
      if (path == null && parameters.get("InstanceName") instanceof EmulatedObject.Path named) {
        path = named;
      }
      if (path == null && parameters.get("ObjectName") instanceof EmulatedObject.Path named) {
        path = named;
      }
      return new Request(
          message.getAttribute("ID"),
          extrinsic,
          call.getAttribute("NAME"),
          namespace.toString(),
          path,
          parameters);
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException(e);
    }
  }

  private static void namespace(Element element, StringBuilder namespace) {
    for (Element each : children(element)) {
      namespace.append(namespace.length() == 0 ? "" : "/").append(each.getAttribute("NAME"));
    }
  }

  private static Object value(Element element) throws IOException {
    return switch (element.getTagName()) {
      case "VALUE" -> element.getTextContent();
      case "VALUE.ARRAY", "VALUE.REFARRAY" -> {
        List<Object> all = new ArrayList<>();
        for (Element each : children(element)) {
          all.add(value(each));
        }
        yield all;
      }
      case "VALUE.REFERENCE" -> value(first(element));
      case "INSTANCENAME" -> path(element);
      case "INSTANCEPATH", "LOCALINSTANCEPATH" -> path(child(element, "INSTANCENAME"));
      case "CLASSNAME" -> element.getAttribute("NAME");
      case "INSTANCE" -> element;
      default -> throw new IOException("unexpected " + element.getTagName());
    };
  }

  private static EmulatedObject.Path path(Element name) throws IOException {
    Map<String, Object> keys = new LinkedHashMap<>();
    for (Element each : children(name)) {
      Element value = first(each);
      keys.put(
          each.getAttribute("NAME"),
          value.getTagName().equals("KEYVALUE") ? value.getTextContent() : value(value));
    }
    return new EmulatedObject.Path(name.getAttribute("CLASSNAME"), keys);
  }

  private static List<Element> children(Element parent) {
    List<Element> all = new ArrayList<>();
    for (Node each = parent.getFirstChild(); each != null; each = each.getNextSibling()) {
      if (each instanceof Element element) {
        all.add(element);
      }
    }
    return all;
  }

  private static Element first(Element parent) {
    List<Element> all = children(parent);
    return all.isEmpty() ? null : all.get(0);
  }

  private static Element child(Element parent, String name) throws IOException {
    return children(parent).stream()
        .filter(each -> each.getTagName().equals(name))
        .findFirst()
        .orElseThrow(() -> new IOException("no " + name));
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  static String message(Request request, String body) {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?><CIM CIMVERSION=\"2.0\" DTDVERSION=\"2.0\">"
        + "<MESSAGE ID=\""
        + request.messageId()
        + "\" PROTOCOLVERSION=\"1.0\"><SIMPLERSP>"
        + body
        + "</SIMPLERSP></MESSAGE></CIM>";
  }

  static String intrinsic(Request request, String content) {
    return message(
        request,
        "<IMETHODRESPONSE NAME=\""
            + request.name()
            + "\"><IRETURNVALUE>"
            + content
            + "</IRETURNVALUE></IMETHODRESPONSE>");
  }

  static String error(Request request, int code, String text) {
    String tag = request.extrinsic() ? "METHODRESPONSE" : "IMETHODRESPONSE";
    return message(
        request,
        "<"
            + tag
            + " NAME=\""
            + request.name()
            + "\"><ERROR CODE=\""
            + code
            + "\" DESCRIPTION=\""
            + escape(text)
            + "\"/></"
            + tag
            + ">");
  }

  static String returned(
      Request request, int code, Map<String, EmulatedObject.Value> outputs, String namespace) {
    StringBuilder body =
        new StringBuilder("<METHODRESPONSE NAME=\"" + request.name() + "\">")
            .append("<RETURNVALUE PARAMTYPE=\"uint32\"><VALUE>" + code + "</VALUE></RETURNVALUE>");
    outputs.forEach(
        (name, value) -> {
          body.append("<PARAMVALUE NAME=\"" + name + "\" PARAMTYPE=\"" + value.type() + "\">");
          body.append(
              value.value() instanceof EmulatedObject.Path path
                  ? reference(path, namespace)
                  : "<VALUE>" + escape("" + value.value()) + "</VALUE>");
          body.append("</PARAMVALUE>");
        });
    return message(request, body + "</METHODRESPONSE>");
  }

  static String name(EmulatedObject.Path path, String namespace) {
    StringBuilder text = new StringBuilder("<INSTANCENAME CLASSNAME=\"" + path.className() + "\">");
    path.keys()
        .forEach(
            (key, value) -> {
              text.append("<KEYBINDING NAME=\"" + key + "\">");
              text.append(
                  value instanceof EmulatedObject.Path inner
                      ? reference(inner, namespace)
                      : "<KEYVALUE VALUETYPE=\"string\">" + escape("" + value) + "</KEYVALUE>");
              text.append("</KEYBINDING>");
            });
    return text + "</INSTANCENAME>";
  }

  private static String namespaces(String namespace) {
    StringBuilder text = new StringBuilder("<LOCALNAMESPACEPATH>");
    for (String each : namespace.split("/")) {
      text.append("<NAMESPACE NAME=\"" + each + "\"/>");
    }
    return text + "</LOCALNAMESPACEPATH>";
  }

  private static String reference(EmulatedObject.Path path, String namespace) {
    return "<VALUE.REFERENCE>" + located(path, namespace) + "</VALUE.REFERENCE>";
  }

  private static String located(EmulatedObject.Path path, String namespace) {
    return "<INSTANCEPATH><NAMESPACEPATH><HOST>array.example:5989</HOST>"
        + namespaces(namespace)
        + "</NAMESPACEPATH>"
        + name(path, namespace)
        + "</INSTANCEPATH>";
  }

  static String withPath(EmulatedObject object, String namespace) {
    return "<VALUE.OBJECTWITHPATH>"
        + located(object.path(), namespace)
        + instance(object, namespace)
        + "</VALUE.OBJECTWITHPATH>";
  }

  static String named(EmulatedObject object, String namespace) {
    return "<VALUE.NAMEDINSTANCE>"
        + name(object.path(), namespace)
        + instance(object, namespace)
        + "</VALUE.NAMEDINSTANCE>";
  }

  static String instance(EmulatedObject object, String namespace) {
    StringBuilder text = new StringBuilder("<INSTANCE CLASSNAME=\"" + object.className + "\">");
    object.properties.forEach((name, value) -> text.append(property(name, value, namespace)));
    return text + "</INSTANCE>";
  }

  private static String property(String name, EmulatedObject.Value value, String namespace) {
    if (value.value() instanceof EmulatedObject.Path path) {
      return "<PROPERTY.REFERENCE NAME=\""
          + name
          + "\">"
          + reference(path, namespace)
          + "</PROPERTY.REFERENCE>";
    }
    if (value.value() instanceof List<?> list) {
      StringBuilder text =
          new StringBuilder(
              "<PROPERTY.ARRAY NAME=\"" + name + "\" TYPE=\"" + value.type() + "\"><VALUE.ARRAY>");
      list.forEach(each -> text.append("<VALUE>" + escape("" + each) + "</VALUE>"));
      return text + "</VALUE.ARRAY></PROPERTY.ARRAY>";
    }
    String content =
        value.type().equals("boolean")
            ? ("" + value.value()).toUpperCase(java.util.Locale.ROOT)
            : escape("" + value.value());
    return "<PROPERTY NAME=\""
        + name
        + "\" TYPE=\""
        + value.type()
        + "\"><VALUE>"
        + content
        + "</VALUE></PROPERTY>";
  }
}
