/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The appliance as an SMI-S array, asked by a foreign client. */
class SmisProviderIT {

  private static final String INITIATOR = "iqn.2026-11.com.example:web1";

  @TempDir Path directory;
  private ServedHome served;

  @BeforeEach
  void start() throws Exception {
    served =
        new ServedHome(directory)
            .start("--pool-size", "1G", "--smis", "127.0.0.1:0", "--smis-tls", "127.0.0.1:0");
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void aClientFindsTheArrayFromTheInteropNamespace() throws Exception {
    SmisClient client = SmisClient.https(served, "read");

    assertThat(client.run("ein", "root/interop:CIM_RegisteredProfile"))
        .contains("LUNETTE:profile:11:Array")
        .contains("LUNETTE:profile:11:Block Services");
    assertThat(
            client.run(
                "ain",
                "interop:LUNETTE_RegisteredProfile.InstanceID=\"LUNETTE:profile:11:Array\"",
                "-ac",
                "CIM_ElementConformsToProfile"))
        .contains("root/lunette:LUNETTE_ComputerSystem.")
        .contains(served.target());
    assertThat(client.run("ei", "root/lunette:CIM_ManagedElement"))
        .contains("LUNETTE_StoragePool.InstanceID=\"LUNETTE:pool\"")
        .contains("LUNETTE_SoftwareIdentity");
    assertThat(client.run("gc", "root/lunette:CIM_StorageVolume")).contains("CIM_StorageVolume");
    assertThat(client.run("rin", "root/lunette:LUNETTE_StoragePool.InstanceID=\"LUNETTE:pool\""))
        .contains("LUNETTE_HostedStoragePool");
  }

  @Test
  void aVolumeMadeByAClientIsOneOfTheCommandLineAndOfAnInitiator() throws Exception {
    SmisClient client = SmisClient.https(served, "operate");

    assertThat(
            client.run(
                "cm",
                client.service("StorageConfigurationService"),
                "CreateOrModifyElementFromStoragePool.ElementName=\"disk one\",ElementType=5,Size=67108864"))
        .contains("CreateOrModifyElementFromStoragePool: 0");
    assertThat(served.call("volume", "list").findValuesAsText("name")).containsExactly("disk-one");
    String volume = client.run("gi", client.volume("disk-one"), "ElementName,Name,NumberOfBlocks");
    assertThat(SmisClient.property(volume, "ElementName")).isEqualTo("disk one");

    client.tryRun(
        "cm",
        client.service("ControllerConfigurationService"),
        "ExposePaths.LUNames="
            + SmisClient.property(volume, "Name")
            + ",InitiatorPortIDs="
            + INITIATOR
            + ",DeviceAccesses=2");
    String seen =
        ForeignTool.succeed("iscsi-ls", "-i", INITIATOR, "-s", "iscsi://" + served.portal());
    assertThat(seen).contains("Lun:0").contains("DIRECT_ACCESS");
    assertThat(
            client.run("rin", client.volume("disk-one"), "-arc", "CIM_ProtocolControllerForUnit"))
        .contains("DeviceID=\"server-web1\"");
    served.call("volume", "unmap", "disk-one", "--server", "web1");
    assertThat(client.run("ein", "root/lunette:CIM_ProtocolControllerForUnit").strip()).isEmpty();
  }

  @Test
  void accountsAndRolesAreObeyed() throws Exception {
    SmisClient reader = SmisClient.http(served, "read");

    assertThat(reader.withPassword("wrong").tryRun("ein", "interop:CIM_Namespace").output())
        .contains("Invalid username/password");
    assertThat(
            reader
                .tryRun(
                    "cm",
                    reader.service("StorageConfigurationService"),
                    "CreateOrModifyElementFromStoragePool.ElementName=\"x\",Size=4096")
                .output())
        .contains("may not do");
    assertThat(served.call("volume", "list")).isEmpty();

    served.run("smis", "remove", "read");

    assertThat(reader.tryRun("ein", "interop:CIM_Namespace").output())
        .contains("Invalid username/password");
  }
}
