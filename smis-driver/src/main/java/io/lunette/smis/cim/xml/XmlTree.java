/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import io.lunette.smis.cim.xml.RequestException.Kind;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads XML into {@link XmlElement}s within {@link XmlLimits}. A document type declaration ends it,
 * so there is no entity to expand or to fetch. Thread-safe.
 */
final class XmlTree {

  private static final String DOCUMENT_TYPE = "<!DOCTYPE";
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private final XMLInputFactory factory;
  private final XmlLimits limits;

  XmlTree(XmlLimits limits) {
    this.limits = limits;
    this.factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    factory.setXMLResolver(
        (publicId, systemId, base, namespace) -> {
          throw new XMLStreamException("nothing is fetched");
        });
  }

  /** An element that is being read. */
  private static final class Open {
    private final String name;
    private final Map<String, String> attributes;
    private final List<XmlElement> children = new ArrayList<>(2);
    private final StringBuilder text = new StringBuilder();

    Open(String name, Map<String, String> attributes) {
      this.name = name;
      this.attributes = attributes;
    }
  }

  /**
   * The root element of a document.
   *
   * @throws RequestException NOT_WELL_FORMED, also for a document beyond the limits or with a
   *     document type
   */
  XmlElement read(byte[] document) throws RequestException {
    try {
      String text = text(document);
      require(!text.contains(DOCUMENT_TYPE), "document types are refused");
      XMLStreamReader reader;
      synchronized (factory) {
        reader = factory.createXMLStreamReader(new StringReader(text));
      }
      try {
        return read(reader);
      } finally {
        reader.close();
      }
    } catch (XMLStreamException e) {
      throw new RequestException(Kind.NOT_WELL_FORMED, "the request is no well-formed XML", e);
    } catch (CharacterCodingException e) {
      throw new RequestException(Kind.NOT_WELL_FORMED, "the request is not in UTF-8", e);
    }
  }

  /**
   * The characters of a document, which is in UTF-8 (DSP0200). The parser of the JDK prints where
   * bytes are no characters, and where a document type is not whole; over some of those it ends in
   * an exception of its own. So it sees neither.
   */
  private static String text(byte[] document) throws CharacterCodingException {
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document)).toString();
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
  }

  private XmlElement read(XMLStreamReader reader) throws XMLStreamException, RequestException {
    Deque<Open> open = new ArrayDeque<>();
    XmlElement root = null;
    int elements = 0;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT:
          require(++elements <= limits.elements(), "too many elements");
          require(open.size() < limits.depth(), "elements too deep in each other");
          open.push(new Open(name(reader.getLocalName()), attributes(reader)));
          break;
        case XMLStreamConstants.END_ELEMENT:
          Open ended = open.pop();
          root =
              new XmlElement(
                  ended.name,
                  ended.attributes,
                  List.copyOf(ended.children),
                  ended.children.isEmpty() ? ended.text.toString() : "");
          if (!open.isEmpty()) {
            open.peek().children.add(root);
          }
          break;
        case XMLStreamConstants.CHARACTERS:
        case XMLStreamConstants.CDATA:
        case XMLStreamConstants.SPACE:
          if (!open.isEmpty()) {
            open.peek().text.append(reader.getText());
          }
          break;
        case XMLStreamConstants.DTD:
        case XMLStreamConstants.ENTITY_REFERENCE:
          throw new RequestException(
              Kind.NOT_WELL_FORMED, "document types and entities are refused");
        default:
          break;
      }
    }
    require(root != null, "there is no element");
    return root;
  }

  private Map<String, String> attributes(XMLStreamReader reader) throws RequestException {
    int count = reader.getAttributeCount();
    require(count <= limits.attributes(), "too many attributes");
    Map<String, String> found = new HashMap<>();
    for (int i = 0; i < count; i++) {
      found.put(name(reader.getAttributeLocalName(i)), reader.getAttributeValue(i));
    }
    return found;
  }

  private String name(String name) throws RequestException {
    require(name.length() <= limits.nameLength(), "a name is too long");
    return name;
  }

  private static void require(boolean holds, String otherwise) throws RequestException {
    if (!holds) {
      throw new RequestException(Kind.NOT_WELL_FORMED, otherwise);
    }
  }
}
