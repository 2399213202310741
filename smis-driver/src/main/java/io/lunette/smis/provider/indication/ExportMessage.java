/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import io.lunette.smis.cim.CimDateTime;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.Schema;
import io.lunette.smis.cim.xml.CimXmlWriter;
import io.lunette.smis.cim.xml.PropertyChoice;
import io.lunette.smis.cim.xml.XmlOut;
import io.lunette.smis.provider.model.Namespaces;
import java.time.Instant;
import java.util.UUID;

/** The message that tells a listener of an event (DSP0200 §5.5, ExportIndication). */
final class ExportMessage {

  private static final int FRAMES = 5;
  private static final int INFORMATION = 2;

  private ExportMessage() {}

  static String of(Schema schema, String host, String filter, LifecycleEvent event, Instant now) {
    CimInstance indication =
        new CimInstance(Namespaces.ARRAY, event.kind().indicationClass())
            .set("IndicationIdentifier", "LUNETTE:" + UUID.randomUUID())
            .set("IndicationTime", CimDateTime.of(now))
            .set("IndicationFilterName", filter)
            .set("PerceivedSeverity", INFORMATION)
            .set("SourceInstance", event.source())
            .set("SourceInstanceModelPath", schema.pathOf(event.source()).toString())
            .set("SourceInstanceHost", host);
    event.previous().ifPresent(before -> indication.set("PreviousInstance", before));
    StringBuilder text = new StringBuilder();
    XmlOut out = new XmlOut(text);
    out.declaration()
        .open("CIM", "CIMVERSION", "2.0", "DTDVERSION", "2.0")
        .open("MESSAGE", "ID", UUID.randomUUID().toString(), "PROTOCOLVERSION", "1.0")
        .open("SIMPLEEXPREQ")
        .open("EXPMETHODCALL", "NAME", "ExportIndication")
        .open("EXPPARAMVALUE", "NAME", "NewIndication");
    new CimXmlWriter(out, schema, host).instance(indication, PropertyChoice.ALL);
    out.close(FRAMES);
    return text.toString();
  }
}
