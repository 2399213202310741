/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
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
                "CreateOrModifyElementFromStoragePool.ElementName=\"disk"
                    + " one\",ElementType=5,Size=67108864"))
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
  void everyInstanceIsReadByEveryOperation() throws Exception {
    SmisClient client = SmisClient.http(served, "operate");
    client.run(
        "cm",
        client.service("StorageHardwareIDManagementService"),
        "CreateStorageHardwareID.StorageID=\"" + INITIATOR + "\",IDType=5");
    makeDisk(client, "disk one");
    copy(client, "disk-one", "copy one");

    for (String namespace : List.of("interop", "root/lunette")) {
      List<String> names = client.run("ein", namespace + ":CIM_ManagedElement").lines().toList();
      assertThat(names).hasSizeGreaterThan(10);
      for (String name : names) {
        String path = name.substring(name.indexOf('/') + 1);
        assertThat(client.run("gi", path)).contains(name);
        for (String operation : List.of("ain", "ai", "rin", "ri")) {
          assertThat(client.run(operation, path)).as(operation + path).doesNotContain("Exception");
        }
      }
    }
  }

  private static void makeDisk(SmisClient client, String label) throws Exception {
    client.run(
        "cm",
        client.service("StorageConfigurationService"),
        "CreateOrModifyElementFromStoragePool.ElementName=\""
            + label
            + "\",ElementType=5,Size=67108864");
  }

  /** Begins a clone; the path of the job that makes it. */
  private static String copy(SmisClient client, String source, String label) throws Exception {
    return job(
        client.run(
            "cm",
            client.service("ReplicationService"),
            "CreateElementReplica.ElementName=\""
                + label
                + "\",SyncType=8,SourceElement="
                + client.volume(source)));
  }

  private static String job(String answer) {
    assertThat(answer).contains(": 4096");
    return "root/lunette:"
        + answer.replaceFirst("(?s).*(LUNETTE_ConcreteJob[^\"]+\"[^\"]+\").*", "$1");
  }

  /** Waits as a client does until a job has ended well. */
  private static void await(SmisClient client, String job) throws Exception {
    Eventually.holds(() -> client.run("gi", job, "JobState").contains("JobState=7"));
    assertThat(client.run("gi", job)).contains("OperationalStatus=2,17").contains("ErrorCode=0");
  }

  @Test
  void aVolumeIsGrownCopiedErasedAndReturnedByJobsAndWithout() throws Exception {
    SmisClient client = SmisClient.http(served, "operate");
    String configuration = client.service("StorageConfigurationService");
    makeDisk(client, "disk one");
    String grown =
        client.run(
            "cm",
            configuration,
            "CreateOrModifyElementFromStoragePool.Size=134217728,TheElement="
                + client.volume("disk-one"));
    assertThat(grown).contains(": 0").contains("134217728");
    client.run("mi", client.volume("disk-one"), "ElementName=\"my disk\"");
    assertThat(client.run("gp", client.volume("disk-one"), "ElementName")).contains("my disk");

    String job = copy(client, "disk-one", "copy one");
    await(client, job);
    assertThat(client.run("ain", job, "-ac", "CIM_AffectedJobElement"))
        .contains("DeviceID=\"copy-one\"");
    assertThat(client.run("ain", job, "-ac", "CIM_OwningJobElement"))
        .contains("LUNETTE_ReplicationService");
    assertThat(client.run("cm", job, "GetError")).contains("GetError: 0");
    assertThat(client.run("cm", job, "RequestStateChange.RequestedState=4"))
        .contains("RequestStateChange: 4097");
    client.run("di", job);
    assertThat(client.tryRun("gi", job).output()).contains("CIM_ERR_NOT_FOUND");
    assertThat(client.run("ei", "root/lunette:CIM_StorageSynchronized"))
        .contains("CopyState=4")
        .contains("SyncType=8");
    assertThat(client.run("cm", client.service("ReplicationService"), detaching(client)))
        .contains("ModifyReplicaSynchronization: 0");
    assertThat(client.run("ein", "root/lunette:CIM_StorageSynchronized").strip()).isEmpty();

    Path pool = served.home.resolve("pool.lunette");
    write("copy-one", 0xb7);
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isTrue();
    await(
        client,
        job(
            client.run(
                "cm",
                client.service("StorageErasureService"),
                "Erase.ErasureMethod=\"zero-fill\",ElementType=1,Element="
                    + client.volume("copy-one"))));
    assertThat(Bytes.occurIn(pool, Bytes.block(0xb7))).isFalse();
    assertThat(
            client.run(
                "cm", configuration, "ReturnToStoragePool.TheElement=" + client.volume("copy-one")))
        .contains("ReturnToStoragePool: 0");
    assertThat(served.call("volume", "list").findValuesAsText("name")).containsExactly("disk-one");
    assertThat(client.tryRun("cm", configuration, "StartService").output())
        .contains("CIM_ERR_METHOD_NOT_AVAILABLE")
        .contains("call CreateOrModifyElementFromStoragePool");
  }

  private void write(String volume, int value) throws Exception {
    served.call("server", "add", "writer", "--iqn", INITIATOR);
    served.call("volume", "map", volume, "--server", "writer", "--lun", "0");
    ForeignTool.succeed(
        ForeignTool.qemuIo(
            served.image(INITIATOR, 0), List.of("write -P " + value + " 1M 1M", "flush")));
    assertThat(served.run("volume", "unmap", volume, "--server", "writer").status()).isZero();
  }

  private static String detaching(SmisClient client) {
    return "ModifyReplicaSynchronization.Operation=8,Synchronization="
        + "root/lunette:LUNETTE_StorageSynchronized.SyncedElement="
        + client.volume("copy-one")
        + ",SystemElement="
        + client.volume("disk-one");
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
