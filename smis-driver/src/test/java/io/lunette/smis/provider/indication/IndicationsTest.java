/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.smis.cim.xml.CimXmlGrammar;
import io.lunette.smis.provider.ArrayFixture;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Names;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subscriptions as clients make them, and what a listener is told. */
class IndicationsTest {

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private ArrayFixture array;
  private HttpServer listener;
  private volatile String asked;
  private IndicationRun run;

  @BeforeEach
  void start() throws Exception {
    array = new ArrayFixture(directory);
    listener =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .body()
                        .onSuccess(
                            body -> {
                              CimXmlGrammar.check(body.toString());
                              asked = request.uri();
                              told.add(request.getHeader("CIMExportMethod") + " " + body);
                              request.response().end();
                            }))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    run =
        new IndicationRun(
            vertx,
            array.declared.indications(),
            () -> new Estate(array.parts, new Names(array.catalog)),
            array.schema,
            Clock.systemUTC(),
            array.declared.volumes()::instance,
            array.declared.jobs()::instance);
  }

  @AfterEach
  void stop() {
    run.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    array.close();
  }

  private String create(String className, String... properties) {
    StringBuilder instance = new StringBuilder("<INSTANCE CLASSNAME=\"" + className + "\">");
    for (int i = 0; i < properties.length; i += 2) {
      boolean reference = properties[i + 1].startsWith("<");
      instance
          .append(reference ? "<PROPERTY.REFERENCE NAME=\"" : "<PROPERTY TYPE=\"string\" NAME=\"")
          .append(properties[i])
          .append("\">")
          .append(
              reference
                  ? "<VALUE.REFERENCE>" + properties[i + 1] + "</VALUE.REFERENCE>"
                  : "<VALUE>" + properties[i + 1] + "</VALUE>")
          .append(reference ? "</PROPERTY.REFERENCE>" : "</PROPERTY>");
    }
    return array.ask(
        ArrayFixture.OPERATOR,
        "root/PG_InterOp",
        "CreateInstance",
        "<IPARAMVALUE NAME=\"NewInstance\">" + instance + "</INSTANCE></IPARAMVALUE>");
  }

  private static String path(String answer) {
    assertThat(answer).startsWith("<IRETURNVALUE><INSTANCENAME");
    return answer.replaceAll("</?IRETURNVALUE>", "");
  }

  private String subscribe(String query) {
    String filter =
        path(
            create(
                "CIM_IndicationFilter", "Name", "f", "QueryLanguage", "DMTF:CQL", "Query", query));
    String destination =
        path(
            create(
                "CIM_ListenerDestinationCIMXML",
                "Destination",
                "http://127.0.0.1:" + listener.actualPort() + "/listen?of=basement"));
    return path(create("CIM_IndicationSubscription", "Filter", filter, "Handler", destination));
  }

  /** What the listener is told of volumes that are made one after the other until it is. */
  private String firstTold() throws Exception {
    for (int i = 0; i < 60; i++) {
      array.driver.create(new VolumeName("made-" + i), 4096);
      String message = told.poll(1, TimeUnit.SECONDS);
      if (message != null) {
        return message;
      }
    }
    throw new AssertionError("the listener was not told");
  }

  @Test
  void aListenerIsToldOfANewVolume() throws Exception {
    subscribe("SELECT * FROM CIM_InstCreation WHERE SourceInstance ISA CIM_StorageVolume");

    assertThat(firstTold())
        .startsWith("ExportIndication ")
        .contains("<INSTANCE CLASSNAME=\"CIM_InstCreation\">")
        .contains(
            "EmbeddedObject=\"object\"><VALUE>&lt;INSTANCE CLASSNAME=\"LUNETTE_StorageVolume\"&gt;")
        .contains("<VALUE>f</VALUE>");
    assertThat(asked).isEqualTo("/listen?of=basement");
  }

  @Test
  void aSubscriptionGoesBeforeWhatItRefersTo() {
    String subscription =
        subscribe("SELECT * FROM CIM_InstDeletion WHERE SourceInstance ISA CIM_StorageVolume");
    String all =
        array.ask(
            ArrayFixture.OPERATOR,
            "interop",
            "EnumerateInstances",
            "<IPARAMVALUE NAME=\"ClassName\"><CLASSNAME"
                + " NAME=\"CIM_IndicationSubscription\"/></IPARAMVALUE>");
    String filter =
        array
            .ask(
                ArrayFixture.OPERATOR,
                "interop",
                "EnumerateInstanceNames",
                "<IPARAMVALUE NAME=\"ClassName\"><CLASSNAME"
                    + " NAME=\"CIM_IndicationFilter\"/></IPARAMVALUE>")
            .replaceAll("</?IRETURNVALUE>", "");

    assertThat(all).contains("<VALUE>2</VALUE>").contains("PROPERTY.REFERENCE NAME=\"Filter\"");
    assertThat(delete(filter)).startsWith("ERROR 1");
    assertThat(delete(subscription)).isEmpty();
    assertThat(delete(filter)).isEmpty();
    assertThat(delete(filter)).startsWith("ERROR 6");
  }

  private String delete(String path) {
    return array.ask(
        ArrayFixture.OPERATOR,
        "interop",
        "DeleteInstance",
        "<IPARAMVALUE NAME=\"InstanceName\">" + path + "</IPARAMVALUE>");
  }

  @Test
  void whatCannotBeToldIsRefused() {
    assertThat(create("CIM_IndicationFilter", "QueryLanguage", "DMTF:CQL", "Query", "nonsense"))
        .startsWith("ERROR 15");
    assertThat(create("CIM_ListenerDestinationCIMXML", "Destination", "file:///etc/passwd"))
        .startsWith("ERROR 4");
    assertThat(
            array.ask(
                ArrayFixture.READER,
                "interop",
                "CreateInstance",
                "<IPARAMVALUE NAME=\"NewInstance\"><INSTANCE CLASSNAME=\"CIM_IndicationFilter\"/>"
                    + "</IPARAMVALUE>"))
        .startsWith("ERROR 2");
  }
}
