/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.operation;

import static io.lunette.smis.provider.ArrayFixture.OPERATOR;
import static io.lunette.smis.provider.ArrayFixture.READER;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.VolumeName;
import io.lunette.smis.cim.ClassDefinition;
import io.lunette.smis.provider.ArrayFixture;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operations of DSP0200, word for word. */
class InstanceOperationsTest {

  private static final String ARRAY = "root/lunette";
  private static final String POOL =
      "<INSTANCENAME CLASSNAME=\"LUNETTE_StoragePool\"><KEYBINDING NAME=\"InstanceID\"><KEYVALUE"
          + " VALUETYPE=\"string\">LUNETTE:pool</KEYVALUE></KEYBINDING></INSTANCENAME>";

  private static final String SERVICE =
      "<INSTANCENAME CLASSNAME=\"LUNETTE_StorageConfigurationService\">"
          + key("SystemCreationClassName", "LUNETTE_ComputerSystem")
          + key("SystemName", ArrayFixture.TARGET)
          + key("CreationClassName", "LUNETTE_StorageConfigurationService")
          + key("Name", "StorageConfigurationService")
          + "</INSTANCENAME>";

  @TempDir Path directory;
  private ArrayFixture array;

  @BeforeEach
  void start() throws Exception {
    array = new ArrayFixture(directory);
    array.driver.create(new VolumeName("one"), 1 << 20);
    array.driver.create(new VolumeName("two"), 2 << 20);
  }

  @AfterEach
  void stop() {
    array.close();
  }

  private String ask(String namespace, String operation, String parameters) {
    return array.ask(OPERATOR, namespace, operation, parameters);
  }

  private static String className(String name) {
    return "<IPARAMVALUE NAME=\"ClassName\"><CLASSNAME NAME=\"" + name + "\"/></IPARAMVALUE>";
  }

  private static String instance(String parameter, String path) {
    return "<IPARAMVALUE NAME=\"" + parameter + "\">" + path + "</IPARAMVALUE>";
  }

  private static String list(String... names) {
    return "<IPARAMVALUE NAME=\"PropertyList\"><VALUE.ARRAY><VALUE>"
        + String.join("</VALUE><VALUE>", names)
        + "</VALUE></VALUE.ARRAY></IPARAMVALUE>";
  }

  private static String volume(String name) {
    return ("<INSTANCENAME CLASSNAME=\"CIM_StorageVolume\">"
        + key("CreationClassName", "LUNETTE_StorageVolume")
        + key("DeviceID", name)
        + key("SystemCreationClassName", "LUNETTE_ComputerSystem")
        + key("SystemName", ArrayFixture.TARGET)
        + "</INSTANCENAME>");
  }

  private static String key(String name, String value) {
    return "<KEYBINDING NAME=\""
        + name
        + "\"><KEYVALUE VALUETYPE=\"string\">"
        + value
        + "</KEYVALUE></KEYBINDING>";
  }

  private static int count(String answer, String element) {
    return (int) Pattern.compile("<" + element + "[ >]").matcher(answer).results().count();
  }

  @Test
  void getInstanceWritesTheInstanceAlone() {
    String answer =
        ask(ARRAY, "GetInstance", instance("InstanceName", POOL) + list("elementname", "caption"));

    assertThat(answer)
        .isEqualTo(
            "<IRETURNVALUE><INSTANCE CLASSNAME=\"LUNETTE_StoragePool\">"
                + "<PROPERTY NAME=\"Caption\" TYPE=\"string\"></PROPERTY>"
                + "<PROPERTY NAME=\"ElementName\" TYPE=\"string\"><VALUE>pool</VALUE></PROPERTY>"
                + "</INSTANCE></IRETURNVALUE>");
  }

  @Test
  void getInstanceTakesASuperclass() {
    assertThat(ask(ARRAY, "GetInstance", instance("InstanceName", volume("one")) + list("Name")))
        .contains("CLASSNAME=\"LUNETTE_StorageVolume\"");
    assertThat(ask(ARRAY, "GetInstance", instance("InstanceName", volume("none"))))
        .startsWith("ERROR 6: there is no ");
  }

  @Test
  void probesGetTheStatusThatTheyExpect() {
    assertThat(ask("root/other", "EnumerateInstances", className("CIM_StoragePool")))
        .startsWith("ERROR 3");
    assertThat(ask(ARRAY, "EnumerateInstances", className("CIM_Nothing"))).startsWith("ERROR 5");
    assertThat(ask(ARRAY, "ExecQuery", "")).startsWith("ERROR 7");
    assertThat(ask(ARRAY, "EnumerateInstances", "")).startsWith("ERROR 4");
    assertThat(ask(ARRAY, "DeleteInstance", instance("InstanceName", POOL))).startsWith("ERROR 7");
  }

  @Test
  void theInteropNamespaceHasSeveralNames() {
    for (String name : new String[] {"interop", "root/interop", "root/PG_InterOp"}) {
      assertThat(ask(name, "EnumerateInstanceNames", className("CIM_RegisteredProfile")))
          .contains("LUNETTE:profile:11:Array");
    }
  }

  @Test
  void enumerateNamesEverythingOfAClassAndBelow() {
    String answer = ask(ARRAY, "EnumerateInstances", className("CIM_StorageExtent"));

    assertThat(count(answer, "VALUE.NAMEDINSTANCE")).isEqualTo(2);
    assertThat(
            count(
                ask(ARRAY, "EnumerateInstanceNames", className("CIM_StorageVolume")),
                "INSTANCENAME"))
        .isEqualTo(2);
  }

  @Test
  void associatorsFollowRolesAndClasses() {
    String names =
        ask(
            ARRAY,
            "AssociatorNames",
            instance("ObjectName", POOL)
                + "<IPARAMVALUE NAME=\"AssocClass\"><CLASSNAME NAME=\"CIM_Dependency\"/></IPARAMVALUE>"
                + "<IPARAMVALUE NAME=\"ResultClass\"><CLASSNAME NAME=\"CIM_StorageVolume\"/></IPARAMVALUE>"
                + "<IPARAMVALUE NAME=\"Role\"><VALUE>antecedent</VALUE></IPARAMVALUE>");
    String wrongRole =
        ask(
            ARRAY,
            "AssociatorNames",
            instance("ObjectName", POOL)
                + "<IPARAMVALUE NAME=\"ResultClass\"><CLASSNAME NAME=\"CIM_StorageVolume\"/></IPARAMVALUE>"
                + "<IPARAMVALUE NAME=\"Role\"><VALUE>Dependent</VALUE></IPARAMVALUE>");

    assertThat(count(names, "OBJECTPATH")).isEqualTo(2);
    assertThat(names).contains("<HOST>array</HOST>").contains("<NAMESPACE NAME=\"lunette\">");
    assertThat(count(wrongRole, "OBJECTPATH")).isZero();
    String full =
        ask(
            ARRAY,
            "Associators",
            instance("ObjectName", volume("one"))
                + "<IPARAMVALUE NAME=\"AssocClass\"><CLASSNAME NAME=\"CIM_SystemDevice\"/></IPARAMVALUE>");
    assertThat(count(full, "VALUE.OBJECTWITHPATH")).isEqualTo(1);
    assertThat(full).contains("INSTANCE CLASSNAME=\"LUNETTE_ComputerSystem\"");
  }

  @Test
  void referencesCarryWhatTheAssociationSays() {
    String answer =
        ask(
            ARRAY,
            "References",
            instance("ObjectName", volume("one"))
                + "<IPARAMVALUE NAME=\"ResultClass\"><CLASSNAME NAME=\"CIM_AllocatedFromStoragePool\"/>"
                + "</IPARAMVALUE>"
                + list("SpaceConsumed"));

    assertThat(answer)
        .contains("<PROPERTY NAME=\"SpaceConsumed\" TYPE=\"uint64\"><VALUE>0</VALUE></PROPERTY>")
        .doesNotContain("PROPERTY.REFERENCE");
  }

  @Test
  void conformanceLeadsFromTheProfileToTheArray() {
    String profile =
        "<INSTANCENAME CLASSNAME=\"LUNETTE_RegisteredProfile\">"
            + key("InstanceID", "LUNETTE:profile:11:Array")
            + "</INSTANCENAME>";

    assertThat(
            ask(
                "interop",
                "AssociatorNames",
                instance("ObjectName", profile)
                    + "<IPARAMVALUE NAME=\"AssocClass\"><CLASSNAME"
                    + " NAME=\"CIM_ElementConformsToProfile\"/></IPARAMVALUE>"))
        .contains("<NAMESPACE NAME=\"root\"></NAMESPACE><NAMESPACE NAME=\"lunette\"></NAMESPACE>")
        .contains("LUNETTE_ComputerSystem");
  }

  @Test
  void everyInstanceOfEveryClassCanBeFoundAgain() {
    for (String namespace : new String[] {"interop", ARRAY}) {
      for (ClassDefinition each : array.schema.descendantsOf("")) {
        String answer = ask(namespace, "EnumerateInstanceNames", className(each.name()));
        assertThat(answer).as(each.name()).startsWith("<IRETURNVALUE>");
        if (!each.association()) {
          Pattern.compile("<INSTANCENAME.*?</INSTANCENAME>")
              .matcher(answer)
              .results()
              .forEach(
                  found ->
                      assertThat(
                              ask(
                                  namespace,
                                  "GetInstance",
                                  instance("InstanceName", found.group())))
                          .as(found.group())
                          .startsWith("<IRETURNVALUE><INSTANCE CLASSNAME="));
        }
      }
    }
  }

  private static String call(String method, String path) {
    return "<METHODCALL NAME=\""
        + method
        + "\"><LOCALINSTANCEPATH><LOCALNAMESPACEPATH><NAMESPACE"
        + " NAME=\"root\"/><NAMESPACE NAME=\"lunette\"/></LOCALNAMESPACEPATH>"
        + path
        + "</LOCALINSTANCEPATH><PARAMVALUE NAME=\"ElementType\"><VALUE>5</VALUE></PARAMVALUE></METHODCALL>";
  }

  @Test
  void aMethodThatIsNotOfferedIsAnsweredWithThoseThatAre() {
    assertThat(array.send(OPERATOR, call("RequestStateChange", volume("one"))))
        .startsWith("ERROR 16: this array does not offer LUNETTE_StorageVolume.RequestStateChange")
        .contains("call the service that keeps it");
    assertThat(array.send(OPERATOR, call("RequestStateChange", SERVICE)))
        .startsWith("ERROR 16: ")
        .contains("; call CreateOrModifyElementFromStoragePool, ReturnElementsToStoragePool, ");
    assertThat(array.send(OPERATOR, call("Explode", POOL))).startsWith("ERROR 17: ");
  }

  @Test
  void readersMayLookOnly() {
    assertThat(array.send(READER, call("GetSupportedSizeRange", POOL)))
        .contains("<VALUE>0</VALUE>")
        .contains("MinimumVolumeSize");
    assertThat(array.ask(READER, ARRAY, "DeleteInstance", instance("InstanceName", volume("one"))))
        .startsWith("ERROR 2: smis:reader may not do DeleteInstance");
  }

  @Test
  void pullGivesEverythingInPages() {
    String first =
        ask(
            ARRAY,
            "OpenEnumerateInstances",
            className("CIM_StorageVolume")
                + "<IPARAMVALUE NAME=\"MaxObjectCount\"><VALUE>1</VALUE></IPARAMVALUE>");
    String context =
        first.replaceFirst(
            "(?s).*NAME=\"EnumerationContext\" PARAMTYPE=\"string\"><VALUE>([^<]+).*", "$1");
    String pull =
        "<IPARAMVALUE NAME=\"EnumerationContext\"><VALUE>"
            + context
            + "</VALUE></IPARAMVALUE><IPARAMVALUE NAME=\"MaxObjectCount\"><VALUE>10</VALUE></IPARAMVALUE>";
    String stranger = array.ask(READER, ARRAY, "PullInstancesWithPath", pull);
    String second = ask(ARRAY, "PullInstancesWithPath", pull);

    assertThat(count(first, "VALUE.INSTANCEWITHPATH")).isEqualTo(1);
    assertThat(first).contains("NAME=\"EndOfSequence\" PARAMTYPE=\"boolean\"><VALUE>FALSE</VALUE>");
    assertThat(stranger).startsWith("ERROR 21");
    assertThat(count(second, "VALUE.INSTANCEWITHPATH")).isEqualTo(1);
    assertThat(second)
        .contains("NAME=\"EndOfSequence\" PARAMTYPE=\"boolean\"><VALUE>TRUE</VALUE>")
        .contains("NAME=\"EnumerationContext\" PARAMTYPE=\"string\"><VALUE></VALUE>");
    assertThat(ask(ARRAY, "PullInstancesWithPath", pull)).startsWith("ERROR 21");
  }

  @Test
  void classesTellWhatTheyDeclare() {
    assertThat(ask(ARRAY, "GetClass", className("CIM_SystemDevice")))
        .contains("<CLASS NAME=\"CIM_SystemDevice\" SUPERCLASS=\"CIM_SystemComponent\">")
        .contains(
            "<QUALIFIER NAME=\"Association\" TYPE=\"boolean\"><VALUE>TRUE</VALUE></QUALIFIER>");
    assertThat(
            count(ask(ARRAY, "EnumerateClassNames", className("CIM_StorageExtent")), "CLASSNAME"))
        .isEqualTo(1);
  }
}
