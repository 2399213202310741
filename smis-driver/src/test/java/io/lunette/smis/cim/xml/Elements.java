/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Ways through a document. */
public final class Elements {

  private static final DocumentBuilderFactory FACTORY = DocumentBuilderFactory.newInstance();

  private Elements() {}

  /** The root of a document, which may have no document type. */
  public static Element parse(String text) {
    try {
      FACTORY.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = FACTORY.newDocumentBuilder();
      builder.setErrorHandler(null);
      return builder.parse(new InputSource(new StringReader(text))).getDocumentElement();
    } catch (SAXException | IOException | ParserConfigurationException e) {
      throw new AssertionError("no XML: " + text, e);
    }
  }

  /** The elements in an element. */
  public static List<Element> of(Element element) {
    List<Element> found = new ArrayList<>();
    for (Node each = element.getFirstChild(); each != null; each = each.getNextSibling()) {
      if (each instanceof Element child) {
        found.add(child);
      }
    }
    return found;
  }

  /** Those of such names, however deep. */
  public static List<Element> deep(Element element, String... names) {
    List<Element> found = new ArrayList<>();
    for (Element child : of(element)) {
      if (Set.of(names).contains(child.getTagName())) {
        found.add(child);
      }
      found.addAll(deep(child, names));
    }
    return found;
  }
}
