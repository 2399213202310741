/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.NaaName;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What management software does with an array, in short: calls of methods, and enumerations. */
public final class ArrayClient {

  private static final Pattern RETURN =
      Pattern.compile("<RETURNVALUE PARAMTYPE=\"uint32\"><VALUE>(\\d+)</VALUE>");

  private final ArrayFixture array;

  public ArrayClient(ArrayFixture array) {
    this.array = array;
  }

  /** A path that is a parameter's value or an instance's. */
  public record Reference(String className, Map<String, String> keys) {

    String instanceName() {
      StringBuilder text = new StringBuilder("<INSTANCENAME CLASSNAME=\"" + className + "\">");
      keys.forEach(
          (name, value) ->
              text.append("<KEYBINDING NAME=\"" + name + "\">")
                  .append(
                      value.startsWith("<")
                          ? value
                          : "<KEYVALUE VALUETYPE=\"string\">" + value + "</KEYVALUE>")
                  .append("</KEYBINDING>"));
      return text + "</INSTANCENAME>";
    }

    String local() {
      return "<LOCALINSTANCEPATH><LOCALNAMESPACEPATH><NAMESPACE NAME=\"root\"/><NAMESPACE"
          + " NAME=\"lunette\"/></LOCALNAMESPACEPATH>"
          + instanceName()
          + "</LOCALINSTANCEPATH>";
    }

    /** As the value of a key or parameter. */
    public String value() {
      return "<VALUE.REFERENCE>" + local() + "</VALUE.REFERENCE>";
    }
  }

  private static Reference scoped(String className, String key, String value) {
    Map<String, String> keys = new TreeMap<>();
    keys.put("SystemCreationClassName", "LUNETTE_ComputerSystem");
    keys.put("SystemName", ArrayFixture.TARGET);
    keys.put("CreationClassName", className);
    keys.put(key, value);
    return new Reference(className, keys);
  }

  public static Reference volume(String name) {
    return scoped("LUNETTE_StorageVolume", "DeviceID", name);
  }

  public static Reference view(String id) {
    return scoped("LUNETTE_SCSIProtocolController", "DeviceID", id);
  }

  public static Reference service(String name) {
    return scoped("LUNETTE_" + name, "Name", name);
  }

  public static Reference relation(String source, String target) {
    return new Reference(
        "LUNETTE_StorageSynchronized",
        Map.of("SystemElement", volume(source).value(), "SyncedElement", volume(target).value()));
  }

  /** What SMI-S calls the volume of that name. */
  public String luName(String volume) throws Exception {
    return NaaName.of(array.driver.find(new VolumeName(volume)).orElseThrow().uuid()).hex();
  }

  /** What a method answered. */
  public record Outcome(String text) {

    /** The return code; fails if it ended in a CIM error. */
    public int code() {
      Matcher found = RETURN.matcher(text);
      assertThat(found.find()).as(text).isTrue();
      return Integer.parseInt(found.group(1));
    }
  }

  /** Calls a method; a value is a text, a reference, or a list of one of them. */
  public Outcome call(Reference target, String method, Object... parameters) {
    StringBuilder call = new StringBuilder("<METHODCALL NAME=\"" + method + "\">" + target.local());
    for (int i = 0; i < parameters.length; i += 2) {
      call.append("<PARAMVALUE NAME=\"" + parameters[i] + "\">")
          .append(value(parameters[i + 1]))
          .append("</PARAMVALUE>");
    }
    return new Outcome(array.send(ArrayFixture.OPERATOR, call + "</METHODCALL>"));
  }

  private static String value(Object value) {
    if (value instanceof List<?> list) {
      String kind = list.get(0) instanceof Reference ? "VALUE.REFARRAY" : "VALUE.ARRAY";
      return list.stream()
          .map(ArrayClient::value)
          .collect(Collectors.joining("", "<" + kind + ">", "</" + kind + ">"));
    }
    return value instanceof Reference reference
        ? reference.value()
        : "<VALUE>" + value + "</VALUE>";
  }

  /** All instances of a class. */
  public String enumerate(String className) {
    return array.ask(
        ArrayFixture.OPERATOR,
        "root/lunette",
        "EnumerateInstances",
        "<IPARAMVALUE NAME=\"ClassName\"><CLASSNAME NAME=\"" + className + "\"/></IPARAMVALUE>");
  }

  /** How many instances of a class there are. */
  public int count(String className) {
    return enumerate(className).split("<VALUE.NAMEDINSTANCE>", -1).length - 1;
  }

  /** An instance. */
  public String get(Reference path) {
    return array.ask(
        ArrayFixture.OPERATOR,
        "root/lunette",
        "GetInstance",
        "<IPARAMVALUE NAME=\"InstanceName\">" + path.instanceName() + "</IPARAMVALUE>");
  }

  /** Deletes an instance. */
  public String delete(Reference path) {
    return array.ask(
        ArrayFixture.OPERATOR,
        "root/lunette",
        "DeleteInstance",
        "<IPARAMVALUE NAME=\"InstanceName\">" + path.instanceName() + "</IPARAMVALUE>");
  }
}
