/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider;

import static io.lunette.smis.provider.ArrayClient.service;
import static io.lunette.smis.provider.ArrayClient.volume;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.smis.cim.ClassDefinition;
import io.lunette.smis.cim.xml.Elements;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * A client that asks for everything by every operation, and takes no answer that is not as the
 * standard has it ({@link ArrayFixture#send}), nor a path that leads nowhere.
 */
class StrictClientTest {

  @TempDir Path directory;
  private final Set<String> seen = new HashSet<>();
  private ArrayFixture array;
  private ArrayClient client;

  @BeforeEach
  void populate() throws Exception {
    array = new ArrayFixture(directory);
    client = new ArrayClient(array);
    array.driver.create(new VolumeName("disk"), 1 << 20);
    array.driver.create(new VolumeName("other"), 1 << 20);
    copy("disk", 7, "Before <the> \"change\" & after");
    copy("disk", 8, "a copy");
    assertThat(
            client
                .call(
                    service("ControllerConfigurationService"),
                    "ExposePaths",
                    "LUNames",
                    List.of(client.luName("disk")),
                    "InitiatorPortIDs",
                    List.of("iqn.2026-11.com.example:web"),
                    "DeviceAccesses",
                    List.of("2"))
                .code())
        .isZero();
    subscribe();
  }

  @AfterEach
  void stop() {
    array.close();
  }

  private void copy(String source, int type, String name) {
    int code =
        client
            .call(
                service("ReplicationService"),
                "CreateElementReplica",
                "SyncType",
                type,
                "SourceElement",
                volume(source),
                "ElementName",
                name.replace("&", "&amp;").replace("<", "&lt;"))
            .code();
    assertThat(code).isIn(0, 4096);
  }

  private void subscribe() {
    String filter =
        made(
            "<INSTANCE CLASSNAME=\"CIM_IndicationFilter\">"
                + property(
                    "Query",
                    "SELECT * FROM CIM_InstCreation WHERE SourceInstance ISA"
                        + " CIM_StorageVolume")
                + property("QueryLanguage", "DMTF:CQL")
                + "</INSTANCE>");
    String handler =
        made(
            "<INSTANCE CLASSNAME=\"CIM_ListenerDestinationCIMXML\">"
                + property("Destination", "http://127.0.0.1:9/")
                + "</INSTANCE>");
    String unused =
        made(
            "<INSTANCE CLASSNAME=\"CIM_IndicationSubscription\">"
                + reference("Filter", filter)
                + reference("Handler", handler)
                + "</INSTANCE>");
  }

  private static String property(String name, String value) {
    return "<PROPERTY NAME=\""
        + name
        + "\" TYPE=\"string\"><VALUE>"
        + value
        + "</VALUE></PROPERTY>";
  }

  private static String reference(String name, String path) {
    return "<PROPERTY.REFERENCE NAME=\""
        + name
        + "\"><VALUE.REFERENCE>"
        + path
        + "</VALUE.REFERENCE></PROPERTY.REFERENCE>";
  }

  private String made(String instance) {
    String answer = ask("interop", "CreateInstance", parameter("NewInstance", instance));
    assertThat(answer).startsWith("<IRETURNVALUE>");
    return answer.replaceAll("</?IRETURNVALUE>", "");
  }

  private String ask(String namespace, String operation, String parameters) {
    return array.ask(ArrayFixture.OPERATOR, namespace, operation, parameters);
  }

  private static String parameter(String name, String value) {
    return "<IPARAMVALUE NAME=\"" + name + "\">" + value + "</IPARAMVALUE>";
  }

  private static String className(String name) {
    return parameter("ClassName", "<CLASSNAME NAME=\"" + name + "\"/>");
  }

  private static String flag(String name) {
    return parameter(name, "<VALUE>TRUE</VALUE>");
  }

  private static Element read(String answer) {
    return Elements.parse("<A>" + answer + "</A>");
  }

  /** A path without server and namespace, as it was written. */
  private static String text(Element instanceName) {
    StringBuilder text = new StringBuilder("<" + instanceName.getTagName());
    for (int i = 0; i < instanceName.getAttributes().getLength(); i++) {
      Node attribute = instanceName.getAttributes().item(i);
      text.append(' ').append(attribute.getNodeName()).append("=\"");
      text.append(escaped(attribute.getNodeValue())).append('"');
    }
    text.append('>');
    List<Element> children = Elements.of(instanceName);
    children.forEach(each -> text.append(text(each)));
    if (children.isEmpty()) {
      text.append(escaped(instanceName.getTextContent()));
    }
    return text + "</" + instanceName.getTagName() + ">";
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  private static String namespace(Element instancePath) {
    List<String> parts = new ArrayList<>();
    Elements.deep(instancePath, "NAMESPACEPATH").stream()
        .limit(1)
        .forEach(
            path ->
                Elements.deep(path, "NAMESPACE")
                    .forEach(each -> parts.add(each.getAttribute("NAME"))));
    return String.join("/", parts);
  }

  private static Element last(Element element) {
    List<Element> children = Elements.of(element);
    return children.get(children.size() - 1);
  }

  /** The paths of all instances there are, with the namespace they are in. */
  private Set<List<String>> everything() {
    Set<List<String>> found = new LinkedHashSet<>();
    for (String namespace : List.of("interop", "root/lunette")) {
      for (ClassDefinition each : array.schema.descendantsOf("")) {
        if (array.schema.get(each.name()).superclass().isEmpty()) {
          Element names = read(ask(namespace, "EnumerateInstanceNames", className(each.name())));
          Elements.of(last(names)).forEach(name -> found.add(List.of(namespace, text(name))));
        }
      }
    }
    return found;
  }

  @Test
  void everyClassIsReadInEveryWay() {
    String all = ask("interop", "EnumerateClasses", flag("DeepInheritance"));
    int count = Elements.of(last(read(all))).size();
    assertThat(count).isEqualTo(array.schema.descendantsOf("").size());
    for (ClassDefinition each : array.schema.descendantsOf("")) {
      for (String flags :
          List.of("", flag("IncludeClassOrigin"), flag("IncludeQualifiers") + flag("LocalOnly"))) {
        assertThat(ask("root/lunette", "GetClass", className(each.name()) + flags))
            .contains("<CLASS NAME=\"" + each.name() + "\"");
      }
      ask(
          "root/lunette",
          "EnumerateInstances",
          className(each.name()) + flag("IncludeClassOrigin"));
    }
  }

  /** How clients find out which organization 11 is. */
  @Test
  void theOrganizationOfAProfileHasAName() {
    assertThat(
            ask(
                "interop",
                "GetClass",
                className("CIM_RegisteredProfile") + flag("IncludeQualifiers")))
        .contains(
            "<PROPERTY NAME=\"RegisteredOrganization\" TYPE=\"uint16\"><QUALIFIER NAME=\"ValueMap\""
                + " TYPE=\"string\"><VALUE.ARRAY><VALUE>1</VALUE><VALUE>2</VALUE>"
                + "<VALUE>11</VALUE></VALUE.ARRAY></QUALIFIER><QUALIFIER NAME=\"Values\""
                + " TYPE=\"string\"><VALUE.ARRAY><VALUE>Other</VALUE><VALUE>DMTF</VALUE>"
                + "<VALUE>SNIA</VALUE></VALUE.ARRAY></QUALIFIER></PROPERTY>");
  }

  @Test
  void everyInstanceIsThereUnderItsPathAndSoIsWhatItIsAssociatedWith() {
    Set<List<String>> everything = everything();
    assertThat(everything).hasSizeGreaterThan(50);
    Set<String> dead = new TreeSet<>();
    for (List<String> path : everything) {
      String namespace = path.get(0);
      get(namespace, path.get(1), dead);
      String source = parameter("ObjectName", path.get(1));
      follow(ask(namespace, "AssociatorNames", source), dead);
      follow(ask(namespace, "Associators", source), dead);
      follow(ask(namespace, "References", source + flag("IncludeClassOrigin")), dead);
      follow(ask(namespace, "ReferenceNames", source), dead);
    }
    assertThat(dead).isEmpty();
  }

  private void follow(String answer, Set<String> dead) {
    for (Element path : Elements.deep(read(answer), "INSTANCEPATH")) {
      get(namespace(path), text(last(path)), dead);
    }
  }

  private void get(String namespace, String name, Set<String> dead) {
    if (!seen.add(namespace + name)) {
      return;
    }
    String answer = ask(namespace, "GetInstance", parameter("InstanceName", name));
    if (!answer.startsWith("<IRETURNVALUE><INSTANCE ")) {
      dead.add(namespace + ":" + name + ": " + answer);
    }
  }

  @Test
  void everythingIsPulledToItsEnd() {
    for (List<String> path : everything()) {
      String source = parameter("InstanceName", path.get(1));
      for (String kind : List.of("Associator", "Reference")) {
        int whole =
            pulled(path.get(0), "Open" + kind + "Instances", "PullInstancesWithPath", source);
        int names =
            pulled(path.get(0), "Open" + kind + "InstancePaths", "PullInstancePaths", source);
        assertThat(names).as(path.toString()).isEqualTo(whole);
      }
    }
    String volumes = className("CIM_StorageVolume");
    assertThat(pulled("root/lunette", "OpenEnumerateInstances", "PullInstancesWithPath", volumes))
        .isEqualTo(4);
    assertThat(pulled("root/lunette", "OpenEnumerateInstancePaths", "PullInstancePaths", volumes))
        .isEqualTo(4);
  }

  /** How many come, none with the first answer and then two at a time. */
  private int pulled(String namespace, String open, String pull, String parameters) {
    int count = 0;
    Element answer = read(ask(namespace, open, parameters));
    while (true) {
      count += Elements.of(Elements.of(answer).get(0)).size();
      String context = "";
      boolean end = false;
      for (Element each : Elements.of(answer)) {
        context = each.getAttribute("NAME").equals("EnumerationContext") ? value(each) : context;
        end |= each.getAttribute("NAME").equals("EndOfSequence") && value(each).equals("TRUE");
      }
      assertThat(context.isEmpty()).isEqualTo(end);
      if (end) {
        return count;
      }
      String next =
          parameter("EnumerationContext", "<VALUE>" + context + "</VALUE>")
              + parameter("MaxObjectCount", "<VALUE>2</VALUE>");
      answer = read(ask(namespace, pull, next));
    }
  }

  private static String value(Element parameter) {
    return parameter.getTextContent();
  }
}
