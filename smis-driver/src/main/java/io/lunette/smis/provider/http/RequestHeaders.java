/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.http;

import io.lunette.smis.cim.xml.CimRequest;
import io.lunette.smis.cim.xml.RequestException;
import io.lunette.smis.cim.xml.RequestException.Kind;
import io.vertx.core.MultiMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The headers that come with a request (DSP0200 §7.2), also under the prefix that M-POST gives them
 * (RFC 2774).
 *
 * @param prefix {@code NN-} of an M-POST, else ""
 * @param operation CIMOperation
 * @param method CIMMethod, or ""
 */
record RequestHeaders(String prefix, String operation, String method) {

  private static final Pattern MAN =
      Pattern.compile(
          "\\s*\"?http://www\\.dmtf\\.org/cim/mapping/http/v1\\.0\"?\\s*;\\s*ns\\s*=\\s*(\\d{2})\\s*");

  /**
   * Reads them.
   *
   * @throws RequestException HEADER_MISMATCH, MULTIPLE_REQUESTS or UNSUPPORTED_OPERATION
   */
  static RequestHeaders of(String httpMethod, MultiMap headers) throws RequestException {
    String prefix = "";
    if (httpMethod.equals("M-POST")) {
      Matcher man = MAN.matcher(Optional.ofNullable(headers.get("Man")).orElse(""));
      if (!man.matches()) {
        throw new RequestException(Kind.HEADER_MISMATCH, "M-POST without the Man of DSP0200");
      }
      prefix = man.group(1) + "-";
    }
    String operation = headers.get(prefix + "CIMOperation");
    if (operation == null) {
      throw new RequestException(Kind.HEADER_MISMATCH, "there is no CIMOperation header");
    }
    if (headers.contains(prefix + "CIMBatch")) {
      throw new RequestException(Kind.MULTIPLE_REQUESTS, "send one request at a time");
    }
    if (!operation.strip().equalsIgnoreCase("MethodCall")) {
      throw new RequestException(
          Kind.UNSUPPORTED_OPERATION, "CIMOperation is not MethodCall; this is no listener");
    }
    return new RequestHeaders(
        prefix, operation, Optional.ofNullable(headers.get(prefix + "CIMMethod")).orElse(""));
  }

  /**
   * Compares them with the body, which decides. CIMObject is not compared: clients escape it in
   * different ways.
   *
   * @throws RequestException HEADER_MISMATCH
   */
  void requireAgreement(CimRequest request) throws RequestException {
    if (!method.isEmpty() && !decoded(method).equalsIgnoreCase(request.method())) {
      throw new RequestException(
          Kind.HEADER_MISMATCH, "CIMMethod is not " + request.method() + ", as in the body");
    }
  }

  private static String decoded(String value) throws RequestException {
    try {
      return URLDecoder.decode(value.strip(), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new RequestException(Kind.HEADER_MISMATCH, "CIMMethod is badly escaped", e);
    }
  }

  /** Whether a body of that type may be CIM-XML in a character set that is read here. */
  static boolean isXml(String contentType) {
    String folded =
        Optional.ofNullable(contentType).orElse("").toLowerCase(Locale.ROOT).replace("\"", "");
    boolean xml = folded.startsWith("application/xml") || folded.startsWith("text/xml");
    return xml && (!folded.contains("charset=") || folded.contains("charset=utf-8"));
  }
}
