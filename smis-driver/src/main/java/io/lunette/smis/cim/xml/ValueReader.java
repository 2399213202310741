/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import io.lunette.smis.cim.ObjectPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Reads the elements of DSP0201 that are values, paths and instances. Stateless. */
final class ValueReader {

  private ValueReader() {}

  /** What a parameter or a property holds: nothing is NULL. */
  static Object content(XmlElement holder) throws RequestException {
    return holder.children().isEmpty() ? null : value(holder.only());
  }

  static Object value(XmlElement element) throws RequestException {
    switch (element.name()) {
      case "VALUE":
        return element.text();
      case "VALUE.NULL":
        return null;
      case "VALUE.ARRAY":
      case "VALUE.REFARRAY":
        List<Object> list = new ArrayList<>();
        for (XmlElement child : element.children()) {
          list.add(value(child));
        }
        return list;
      case "VALUE.REFERENCE":
        return path(element.only());
      case "INSTANCE":
        return instance(element);
      case "VALUE.NAMEDINSTANCE":
        return new CimRequest.NamedInstance(
            path(element.child("INSTANCENAME")), instance(element.child("INSTANCE")));
      default:
        return path(element);
    }
  }

  /** A path in any of the forms of DSP0201 §5.3.2; a class has no keys. */
  static ObjectPath path(XmlElement element) throws RequestException {
    switch (element.name()) {
      case "CLASSNAME":
        return ObjectPath.of("", element.attribute("NAME"), Map.of());
      case "INSTANCENAME":
        return instanceName(element);
      case "LOCALINSTANCEPATH":
        return instanceName(element.child("INSTANCENAME"))
            .in(localNamespace(element.child("LOCALNAMESPACEPATH")));
      case "INSTANCEPATH":
        return instanceName(element.child("INSTANCENAME"))
            .in(localNamespace(element.child("NAMESPACEPATH").child("LOCALNAMESPACEPATH")));
      case "LOCALCLASSPATH":
        return path(element.child("CLASSNAME"))
            .in(localNamespace(element.child("LOCALNAMESPACEPATH")));
      case "CLASSPATH":
        return path(element.child("CLASSNAME"))
            .in(localNamespace(element.child("NAMESPACEPATH").child("LOCALNAMESPACEPATH")));
      case "OBJECTPATH":
        return path(element.only());
      default:
        throw element.unexpected("a value");
    }
  }

  private static ObjectPath instanceName(XmlElement element) throws RequestException {
    String className = element.attribute("CLASSNAME");
    Map<String, Object> keys = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (XmlElement binding : element.children()) {
      if (!binding.name().equals("KEYBINDING")) {
        // DSP0201 allows one key without a name; which it is cannot be known here.
        throw binding.unexpected("INSTANCENAME without a KEYBINDING");
      }
      XmlElement value = binding.only();
      keys.put(
          binding.attribute("NAME"),
          value.name().equals("KEYVALUE") ? (Object) value.text() : reference(value));
    }
    return ObjectPath.of("", className, keys);
  }

  private static ObjectPath reference(XmlElement value) throws RequestException {
    if (!value.name().equals("VALUE.REFERENCE")) {
      throw value.unexpected("KEYBINDING");
    }
    return path(value.only());
  }

  static String localNamespace(XmlElement element) throws RequestException {
    List<String> names = new ArrayList<>();
    for (XmlElement each : element.all("NAMESPACE")) {
      names.add(each.attribute("NAME"));
    }
    return names.stream()
        .flatMap(name -> java.util.Arrays.stream(name.split("/")))
        .filter(name -> !name.isEmpty())
        .collect(Collectors.joining("/"));
  }

  static RawInstance instance(XmlElement element) throws RequestException {
    Map<String, Object> values = new LinkedHashMap<>();
    for (XmlElement child : element.children()) {
      switch (child.name()) {
        case "PROPERTY":
        case "PROPERTY.ARRAY":
        case "PROPERTY.REFERENCE":
          values.put(child.attribute("NAME"), content(withoutQualifiers(child)));
          break;
        case "QUALIFIER":
          break;
        default:
          throw child.unexpected("INSTANCE");
      }
    }
    return new RawInstance(element.attribute("CLASSNAME"), values);
  }

  private static XmlElement withoutQualifiers(XmlElement property) {
    return new XmlElement(
        property.name(),
        property.attributes(),
        property.children().stream().filter(each -> !each.name().equals("QUALIFIER")).toList(),
        property.text());
  }
}
