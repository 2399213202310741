/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.http;

import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.xml.CimRequest;
import io.lunette.smis.cim.xml.CimXmlWriter;
import io.lunette.smis.cim.xml.XmlOut;
import io.lunette.smis.provider.operation.Answer;

/** The frame of an answer (DSP0201 §5.2): CIM, MESSAGE, SIMPLERSP and what is in it. */
final class ResponseDocument {

  private static final int FRAMES = 4;

  private ResponseDocument() {}

  /** An answer with content. */
  static void write(CimXmlWriter writer, CimRequest request, Answer answer) {
    open(writer.out(), request);
    answer.write(writer);
    writer.out().close(FRAMES);
  }

  /** An answer that is a CIM error. */
  static void write(CimXmlWriter writer, CimRequest request, CimException error) {
    open(writer.out(), request);
    writer
        .out()
        .open(
            "ERROR",
            "CODE",
            Integer.toString(error.status().code()),
            "DESCRIPTION",
            error.getMessage())
        .close();
    writer.out().close(FRAMES);
  }

  private static void open(XmlOut out, CimRequest request) {
    boolean intrinsic = request instanceof CimRequest.Intrinsic;
    out.declaration()
        .open("CIM", "CIMVERSION", "2.0", "DTDVERSION", "2.0")
        .open("MESSAGE", "ID", request.messageId(), "PROTOCOLVERSION", "1.0")
        .open("SIMPLERSP")
        .open(intrinsic ? "IMETHODRESPONSE" : "METHODRESPONSE", "NAME", request.method());
  }
}
