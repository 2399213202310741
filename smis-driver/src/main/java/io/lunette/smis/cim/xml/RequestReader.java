/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.cim.xml;

import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.cim.xml.RequestException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes a {@link CimRequest} of bytes. Thread-safe. */
public final class RequestReader {

  private final XmlTree trees;

  public RequestReader(XmlLimits limits) {
    this.trees = new XmlTree(limits);
  }

  /**
   * Reads a request.
   *
   * @throws RequestException if it is none that this server answers in kind
   */
  public CimRequest read(byte[] document) throws RequestException {
    XmlElement cim = trees.read(document);
    if (!cim.name().equals("CIM")) {
      throw RequestException.notValid("the root is " + cim.name() + ", not CIM");
    }
    version(cim, "CIMVERSION", "2.", Kind.UNSUPPORTED_CIM_VERSION);
    version(cim, "DTDVERSION", "2.", Kind.UNSUPPORTED_DTD_VERSION);
    XmlElement message = cim.child("MESSAGE");
    version(message, "PROTOCOLVERSION", "1.", Kind.UNSUPPORTED_PROTOCOL_VERSION);
    String id = message.attribute("ID");
    XmlElement body = message.only();
    switch (body.name()) {
      case "SIMPLEREQ":
        return call(id, firstCall(body));
      case "MULTIREQ":
        throw new RequestException(Kind.MULTIPLE_REQUESTS, "send one request at a time");
      case "SIMPLEEXPREQ":
      case "MULTIEXPREQ":
        throw new RequestException(Kind.UNSUPPORTED_OPERATION, "this is no listener");
      default:
        throw body.unexpected("a request");
    }
  }

  /**
   * Reads a bare INSTANCE, as it is embedded in a text.
   *
   * @throws RequestException if it is none
   */
  public RawInstance readInstance(String text) throws RequestException {
    XmlElement element = trees.read(text.getBytes(StandardCharsets.UTF_8));
    if (!element.name().equals("INSTANCE")) {
      throw element.unexpected("an embedded object");
    }
    return ValueReader.instance(element);
  }

  /** A correlator may stand before the call (DSP0201, CORRELATOR); it is not kept. */
  private static XmlElement firstCall(XmlElement body) throws RequestException {
    List<XmlElement> calls =
        body.children().stream().filter(each -> !each.name().equals("CORRELATOR")).toList();
    if (calls.size() != 1) {
      throw RequestException.notValid("SIMPLEREQ holds " + calls.size() + " calls, not one");
    }
    return calls.get(0);
  }

  private static void version(XmlElement element, String attribute, String begins, Kind otherwise)
      throws RequestException {
    String version = element.attribute(attribute);
    if (!version.startsWith(begins)) {
      throw new RequestException(otherwise, attribute + " is " + version + ", not " + begins + "x");
    }
  }

  private static CimRequest call(String id, XmlElement call) throws RequestException {
    String name = call.attribute("NAME");
    Map<String, Object> parameters = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    switch (call.name()) {
      case "IMETHODCALL":
        String namespace = ValueReader.localNamespace(call.child("LOCALNAMESPACEPATH"));
        for (XmlElement each : call.all("IPARAMVALUE")) {
          put(parameters, each, ValueReader.content(each));
        }
        return new CimRequest.Intrinsic(
            id, namespace, name, Collections.unmodifiableMap(parameters));
      case "METHODCALL":
        ObjectPath target = ValueReader.path(call.first());
        for (XmlElement each : call.all("PARAMVALUE")) {
          put(parameters, each, ValueReader.content(each));
        }
        return new CimRequest.Extrinsic(id, target, name, Collections.unmodifiableMap(parameters));
      default:
        throw call.unexpected("SIMPLEREQ");
    }
  }

  private static void put(Map<String, Object> parameters, XmlElement element, Object value)
      throws RequestException {
    String name = element.attribute("NAME");
    if (parameters.containsKey(name)) {
      throw RequestException.notValid("parameter " + name + " is given twice");
    }
    parameters.put(name, value);
  }
}
