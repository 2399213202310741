/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An element of a request, with its text as one piece. Immutable. */
record XmlElement(
    String name, Map<String, String> attributes, List<XmlElement> children, String text) {

  /** An attribute that must be there. */
  String attribute(String wanted) throws RequestException {
    String value = attributes.get(wanted);
    if (value == null) {
      throw RequestException.notValid(name + " has no " + wanted);
    }
    return value;
  }

  /** The first child of that name. */
  Optional<XmlElement> find(String child) {
    return children.stream().filter(each -> each.name.equals(child)).findFirst();
  }

  /** The child of that name, which must be there. */
  XmlElement child(String wanted) throws RequestException {
    return find(wanted).orElseThrow(() -> RequestException.notValid(name + " holds no " + wanted));
  }

  /** The only child, whatever it is. */
  XmlElement only() throws RequestException {
    if (children.size() != 1) {
      throw RequestException.notValid(name + " holds " + children.size() + " elements, not one");
    }
    return children.get(0);
  }

  /** The first child, whatever it is. */
  XmlElement first() throws RequestException {
    if (children.isEmpty()) {
      throw RequestException.notValid(name + " is empty");
    }
    return children.get(0);
  }

  /** All children of that name. */
  List<XmlElement> all(String child) {
    return children.stream().filter(each -> each.name.equals(child)).toList();
  }

  RequestException unexpected(String where) {
    return RequestException.notValid(name + " does not belong into " + where);
  }
}
