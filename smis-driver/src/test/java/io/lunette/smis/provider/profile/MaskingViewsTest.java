/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import static io.lunette.smis.provider.ArrayClient.service;
import static io.lunette.smis.provider.ArrayClient.view;
import static io.lunette.smis.provider.ArrayClient.volume;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.audit.Actor;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.server.ServerName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.provider.ArrayClient;
import io.lunette.smis.provider.ArrayClient.Outcome;
import io.lunette.smis.provider.ArrayFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views as clients make and unmake them, against what initiators see. */
class MaskingViewsTest {

  private static final String WEB = "iqn.2026-11.com.example:web";
  private static final String DB = "iqn.2026-11.com.example:db";

  @TempDir Path directory;
  private ArrayFixture array;
  private ArrayClient client;

  @BeforeEach
  void start() throws Exception {
    array = new ArrayFixture(directory);
    client = new ArrayClient(array);
    for (String name : List.of("one", "two", "three")) {
      array.driver.create(new VolumeName(name), 1 << 20);
    }
  }

  @AfterEach
  void stop() {
    array.close();
  }

  private Outcome expose(Object... parameters) {
    return client.call(service("ControllerConfigurationService"), "ExposePaths", parameters);
  }

  private Outcome hide(Object... parameters) {
    return client.call(service("ControllerConfigurationService"), "HidePaths", parameters);
  }

  private int exposeNew(List<String> volumes, String... initiators) throws Exception {
    List<String> names = new ArrayList<>();
    for (String each : volumes) {
      names.add(client.luName(each));
    }
    return expose(
            "LUNames", names,
            "InitiatorPortIDs", Arrays.asList(initiators),
            "DeviceAccesses", volumes.stream().map(each -> "2").toList())
        .code();
  }

  private List<String> seenBy(String initiator) throws Exception {
    return array.masking.mappings().stream()
        .filter(mapping -> mapping.initiator().equals(new InitiatorName(initiator)))
        .sorted(java.util.Comparator.comparingInt(LunMapping::lun))
        .map(mapping -> mapping.lun() + ":" + mapping.volume())
        .toList();
  }

  @Test
  void aNewViewShowsItsVolumesToItsInitiators() throws Exception {
    Outcome made =
        expose(
            "LUNames",
                List.of(
                    client.luName("one"), client.luName("two").toLowerCase(java.util.Locale.ROOT)),
            "InitiatorPortIDs", List.of(WEB, DB),
            "TargetPortIDs", List.of(ArrayFixture.TARGET + ",t,0x0001"),
            "DeviceNumbers", List.of("0007", "A"),
            "DeviceAccesses", List.of("2", "3"));

    assertThat(made.code()).isZero();
    assertThat(made.text()).contains("VALUE.REFARRAY").contains("view-web");
    assertThat(seenBy(WEB)).containsExactly("7:one", "10:two");
    assertThat(seenBy(DB)).containsExactly("7:one", "10:two");
    assertThat(client.count("CIM_AssociatedPrivilege")).isEqualTo(2);
    assertThat(client.enumerate("CIM_ProtocolControllerForUnit"))
        .contains("<VALUE>000A</VALUE>")
        .contains("NAME=\"DeviceAccess\" TYPE=\"uint16\"><VALUE>3</VALUE>");
  }

  /** As one that is being imported: what it showed would be another's. */
  @Test
  void aVolumeThatSomebodyIsFillingIsShownToNobody() throws Exception {
    try (VolumeClaims.Claim filling = array.core.claims().take(new VolumeName("two"))) {
      assertThat(filling).isNotNull();
      Outcome refused =
          expose(
              "LUNames", List.of(client.luName("one"), client.luName("two")),
              "InitiatorPortIDs", List.of(WEB),
              "DeviceAccesses", List.of("2", "2"));

      assertThat(refused.text())
          .startsWith("ERROR 1")
          .contains("volume 'two' is being made or filled");
      assertThat(seenBy(WEB)).isEmpty();
    }
    assertThat(exposeNew(List.of("one", "two"), WEB)).isZero();
  }

  @Test
  void volumesAndInitiatorsJoinAView() throws Exception {
    assertThat(exposeNew(List.of("one"), WEB)).isZero();

    assertThat(
            expose(
                    "LUNames", List.of(client.luName("two")),
                    "DeviceAccesses", List.of("2"),
                    "ProtocolControllers", List.of(view("server-web")))
                .code())
        .isZero();
    assertThat(
            expose(
                    "InitiatorPortIDs", List.of(DB),
                    "ProtocolControllers", List.of(view("server-web")))
                .code())
        .isZero();

    assertThat(seenBy(WEB)).containsExactly("0:one", "1:two");
    assertThat(seenBy(DB)).isEqualTo(seenBy(WEB));
    assertThat(client.count("CIM_AuthorizedSubject")).isEqualTo(2);
    assertThat(client.count("CIM_AuthorizedPrivilege")).isEqualTo(1);
  }

  @Test
  void hidingWorksInThreeWaysAndTheLastTakesTheViewAlong() throws Exception {
    exposeNew(List.of("one", "two"), WEB, DB);

    assertThat(
            hide(
                    "LUNames", List.of(client.luName("one")),
                    "ProtocolControllers", List.of(view("view-web")))
                .code())
        .isZero();
    assertThat(seenBy(DB)).containsExactly("1:two");
    assertThat(
            hide(
                    "InitiatorPortIDs", List.of(DB),
                    "ProtocolControllers", List.of(view("view-web")))
                .code())
        .isZero();
    assertThat(seenBy(DB)).isEmpty();
    assertThat(seenBy(WEB)).containsExactly("1:two");
    assertThat(
            hide(
                    "TargetPortIDs", List.of(ArrayFixture.TARGET + ",t,0x0001"),
                    "ProtocolControllers", List.of(view("view-web")))
                .code())
        .isZero();

    assertThat(seenBy(WEB)).isEmpty();
    assertThat(client.count("CIM_SCSIProtocolController")).isEqualTo(1);
  }

  @Test
  void aFailedCallLeavesNothing() throws Exception {
    exposeNew(List.of("three"), DB);

    assertThat(exposeNew(List.of("one", "three"), WEB, DB)).isEqualTo(4101);

    assertThat(seenBy(WEB)).isEmpty();
    assertThat(seenBy(DB)).containsExactly("0:three");
  }

  @Test
  void codesSayWhatIsWrong() throws Exception {
    exposeNew(List.of("one"), WEB);
    String two = client.luName("two");

    assertThat(exposeCode("3000000000000000", WEB, "2")).isEqualTo(4097);
    assertThat(exposeCode(two, "not a name", "2")).isEqualTo(4098);
    assertThat(exposeCode(two, WEB, "4")).isEqualTo(4100);
    assertThat(exposeCode(client.luName("one"), WEB, "2")).isEqualTo(4101);
    assertThat(
            expose(
                    "LUNames", List.of(two),
                    "InitiatorPortIDs", List.of(WEB),
                    "DeviceNumbers", List.of("0"),
                    "DeviceAccesses", List.of("2"))
                .code())
        .isEqualTo(4102);
    assertThat(
            expose(
                    "LUNames", List.of(two),
                    "InitiatorPortIDs", List.of(WEB),
                    "TargetPortIDs", List.of("iqn.other,t,0x0001"),
                    "DeviceAccesses", List.of("2"))
                .code())
        .isEqualTo(4099);
    assertThat(expose("LUNames", List.of(two), "InitiatorPortIDs", List.of(WEB)).code())
        .isEqualTo(5);
    assertThat(
            hide("LUNames", List.of(two), "ProtocolControllers", List.of(view("server-web")))
                .code())
        .isEqualTo(4100);
    assertThat(hide("LUNames", List.of(two)).code()).isEqualTo(5);
  }

  private int exposeCode(String luName, String initiator, String access) {
    return expose(
            "LUNames", List.of(luName),
            "InitiatorPortIDs", List.of(initiator),
            "DeviceAccesses", List.of(access))
        .code();
  }

  @Test
  void aServerThatSeesSomethingElseIsAViewOfItsOwn() throws Exception {
    exposeNew(List.of("one"), WEB, DB);

    array
        .core
        .mappings()
        .map(
            new Actor("operator"),
            new VolumeName("two"),
            new ServerName("db"),
            OptionalInt.empty(),
            AccessMode.READ_ONLY);

    assertThat(client.enumerate("CIM_SCSIProtocolController"))
        .contains("<VALUE>view-web</VALUE>", "<VALUE>server-web.apart</VALUE>");
    assertThat(client.count("CIM_ProtocolControllerForUnit")).isEqualTo(3);
  }

  @Test
  void hardwareIdsAreServers() throws Exception {
    Outcome made =
        client.call(
            service("StorageHardwareIDManagementService"),
            "CreateStorageHardwareID",
            "ElementName",
            "web 1",
            "StorageID",
            WEB.toUpperCase(java.util.Locale.ROOT),
            "IDType",
            "5");
    Outcome again =
        client.call(
            service("StorageHardwareIDManagementService"),
            "CreateStorageHardwareID",
            "StorageID",
            WEB,
            "IDType",
            "5");

    assertThat(made.code()).isZero();
    assertThat(again.code()).isEqualTo(4096);
    assertThat(again.text()).contains("LUNETTE:server:web-1");
    assertThat(
            array
                .core
                .servers()
                .find(new ServerName("web-1"))
                .map(each -> each.initiator().value()))
        .isEqualTo(Optional.of(WEB));
    assertThat(
            client
                .call(
                    service("StorageHardwareIDManagementService"),
                    "CreateStorageHardwareID",
                    "StorageID",
                    "50060B0000C26204",
                    "IDType",
                    "2")
                .code())
        .isEqualTo(4097);
  }

  @Test
  void deletingAViewHidesAllOfIt() throws Exception {
    exposeNew(List.of("one", "two"), WEB);

    assertThat(client.delete(view("server-web"))).isEmpty();

    assertThat(seenBy(WEB)).isEmpty();
    assertThat(client.get(volume("one"))).contains("LUNETTE_StorageVolume");
  }
}
