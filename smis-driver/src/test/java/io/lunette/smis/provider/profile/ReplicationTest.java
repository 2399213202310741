/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import static io.lunette.smis.provider.ArrayClient.relation;
import static io.lunette.smis.provider.ArrayClient.service;
import static io.lunette.smis.provider.ArrayClient.volume;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.smis.provider.ArrayClient;
import io.lunette.smis.provider.ArrayClient.Outcome;
import io.lunette.smis.provider.ArrayClient.Reference;
import io.lunette.smis.provider.ArrayFixture;
import io.lunette.smis.provider.model.Names;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots, clones and erases that clients ask for, against what the volumes hold. */
class ReplicationTest {

  private static final VolumeName SOURCE = new VolumeName("source");
  private static final int SIZE = 1 << 20;

  @TempDir Path directory;
  private ArrayFixture array;
  private ArrayClient client;

  @BeforeEach
  void start() throws Exception {
    array = new ArrayFixture(directory);
    client = new ArrayClient(array);
    array.driver.create(SOURCE, SIZE);
    write(SOURCE, 1);
  }

  @AfterEach
  void stop() {
    array.close();
  }

  private void write(VolumeName volume, long seed) throws Exception {
    DeviceContent.write(array.driver, volume, 0, DeviceContent.pattern(8192, seed));
  }

  private boolean holds(String volume, long seed) throws Exception {
    return java.util.Arrays.equals(
        DeviceContent.read(array.driver, new VolumeName(volume), 0, 8192),
        DeviceContent.pattern(8192, seed));
  }

  private Outcome replicate(String type, String name, String source) {
    return client.call(
        service("ReplicationService"),
        "CreateElementReplica",
        "ElementName",
        name,
        "SyncType",
        type,
        "SourceElement",
        volume(source),
        "WaitForCopyState",
        "4");
  }

  private int modify(String operation, String source, String target) {
    return client
        .call(
            service("ReplicationService"),
            "ModifyReplicaSynchronization",
            "Operation",
            operation,
            "Synchronization",
            relation(source, target))
        .code();
  }

  @Test
  void aSnapshotKeepsTheContentAndBringsItBack() throws Exception {
    Outcome made = replicate("7", "snap", "source");
    write(SOURCE, 2);

    assertThat(made.code()).isZero();
    assertThat(made.text()).contains("NAME=\"Synchronization\"").contains("NAME=\"TargetElement\"");
    assertThat(holds("snap", 1)).isTrue();
    assertThat(client.get(relation("source", "snap")))
        .contains("NAME=\"SyncType\" TYPE=\"uint16\"><VALUE>7</VALUE>")
        .contains("NAME=\"CopyState\" TYPE=\"uint16\"><VALUE>4</VALUE>")
        .contains("NAME=\"SyncState\" TYPE=\"uint16\"><VALUE>6</VALUE>");
    assertThat(modify("15", "source", "snap")).isZero();
    assertThat(holds("source", 1)).isTrue();
    assertThat(modify("8", "source", "snap")).isEqualTo(1);
    assertThat(modify("19", "source", "snap")).isZero();
    assertThat(array.driver.find(new VolumeName("snap"))).isEmpty();
  }

  @Test
  void nothingIsMadeOfWhatSomebodyIsFilling() throws Exception {
    for (boolean sealed : new boolean[] {false, true}) {
      if (sealed) {
        array.driver.seal(SOURCE);
      }
      try (VolumeClaims.Claim filling = array.core.claims().take(SOURCE)) {
        assertThat(filling).isNotNull();
        for (String type : new String[] {"7", "8"}) {
          assertThat(replicate(type, "early", "source").text())
              .as("sealed: %s, type %s", sealed, type)
              .startsWith("ERROR 1: volume 'source' is being made or filled");
        }
      }
    }
    assertThat(replicate("7", "late", "source").code()).isZero();
  }

  @Test
  void aSnapshotOfWhatNeverChangesCanBeWritten() throws Exception {
    array.driver.seal(SOURCE);

    assertThat(replicate("7", "overlay", "source").code()).isZero();

    write(new VolumeName("overlay"), 3);
    assertThat(holds("overlay", 3)).isTrue();
    assertThat(holds("source", 1)).isTrue();
  }

  @Test
  void aCloneIsAJobAndStandsAloneWhenItIsDetached() throws Exception {
    Outcome made = replicate("8", "clone", "source");

    assertThat(made.code()).isEqualTo(4096);
    String job = array.jobs.list().get(0).id();
    assertThat(made.text()).contains("LUNETTE:" + job);
    assertThat(client.enumerate("CIM_ConcreteJob"))
        .contains("NAME=\"JobState\" TYPE=\"uint16\"><VALUE>7</VALUE>")
        .contains("<VALUE.ARRAY><VALUE>2</VALUE><VALUE>17</VALUE></VALUE.ARRAY>");
    assertThat(client.enumerate("CIM_AffectedJobElement"))
        .contains("<KEYVALUE VALUETYPE=\"string\">clone<");
    assertThat(array.driver.list())
        .extracting(each -> each.name().value())
        .containsExactly("clone", "source");
    assertThat(client.count("CIM_StorageSynchronized")).isEqualTo(1);
    assertThat(modify("15", "source", "clone")).isEqualTo(1);
    assertThat(modify("8", "source", "clone")).isZero();
    assertThat(client.count("CIM_StorageSynchronized")).isZero();
    write(SOURCE, 2);
    assertThat(holds("clone", 1)).isTrue();
  }

  @Test
  void aCloneOntoAVolumeThatTheClientMade() throws Exception {
    array.driver.create(new VolumeName("target"), SIZE);
    array.driver.create(new VolumeName("small"), 4096);

    assertThat(
            client
                .call(
                    service("ReplicationService"),
                    "CreateElementReplica",
                    "SyncType",
                    "8",
                    "SourceElement",
                    volume("source"),
                    "TargetElement",
                    volume("target"))
                .code())
        .isEqualTo(4096);
    assertThat(holds("target", 1)).isTrue();
    assertThat(
            client
                .call(
                    service("ReplicationService"),
                    "CreateElementReplica",
                    "SyncType",
                    "8",
                    "SourceElement",
                    volume("source"),
                    "TargetElement",
                    volume("small"))
                .code())
        .isEqualTo(5);
  }

  @Test
  void relationsAreFoundFromBothEnds() {
    replicate("7", "snap", "source");
    for (String end : new String[] {"source", "snap"}) {
      assertThat(
              array.ask(
                  ArrayFixture.OPERATOR,
                  "root/lunette",
                  "ReferenceNames",
                  "<IPARAMVALUE NAME=\"ObjectName\">"
                      + volume(end).value().replaceAll(".*(<INSTANCENAME.*</INSTANCENAME>).*", "$1")
                      + "</IPARAMVALUE><IPARAMVALUE NAME=\"ResultClass\"><CLASSNAME"
                      + " NAME=\"CIM_StorageSynchronized\"/></IPARAMVALUE>"))
          .contains("LUNETTE_StorageSynchronized");
    }
    assertThat(
            client
                .call(service("ReplicationService"), "GetReplicationRelationships", "SyncType", "7")
                .text())
        .contains("LUNETTE_StorageSynchronized");
  }

  @Test
  void whatTheDomainOwnsIsCopiedOnlyIfItNeverChanges() throws Exception {
    array.driver.create(new VolumeName("image-web"), SIZE);
    assertThat(replicate("7", "x", "image-web").text()).startsWith("ERROR 1: volume 'image-web'");

    array.driver.seal(new VolumeName("image-web"));

    assertThat(replicate("7", "x", "image-web").code()).isZero();
  }

  @Test
  void aStopBetweenSnapshotAndCopyLeavesNothingForLong() throws Exception {
    VolumeName left = new VolumeName("smis-source-left");
    Names names = new Names(array.catalog);
    names.hide(left);
    array.driver.snapshot(SOURCE, left);
    array.driver.create(new VolumeName("smis-source-mine"), SIZE);

    Profiles.declare(array.schema, array.parts, names);

    assertThat(array.driver.list())
        .extracting(each -> each.name().value())
        .containsExactly("smis-source-mine", "source");
    assertThat(names.hidden()).isEmpty();
  }

  @Test
  void othersThanSnapshotsAndClonesAreNotSupported() {
    assertThat(replicate("6", "mirror", "source").code()).isEqualTo(1);
    assertThat(replicate("7", "x", "none").text()).startsWith("ERROR 6");
  }

  @Test
  void anErasedVolumeReadsAsZeroesWhateverItWasClonedFrom() throws Exception {
    array.driver.seal(SOURCE);
    replicate("7", "overlay", "source");
    write(new VolumeName("overlay"), 3);

    Outcome erase =
        client.call(
            service("StorageErasureService"),
            "Erase",
            "Element",
            volume("overlay"),
            "ElementType",
            "1",
            "ErasureMethod",
            "overwrite");

    assertThat(erase.code()).isEqualTo(4096);
    assertThat(array.driver.find(new VolumeName("overlay")).orElseThrow().state())
        .isEqualTo(VolumeState.WRITABLE);
    assertThat(DeviceContent.read(array.driver, new VolumeName("overlay"), 0, SIZE))
        .isEqualTo(new byte[SIZE]);
    assertThat(holds("source", 1)).isTrue();
    assertThat(array.core.certificates().of(new VolumeName("overlay")))
        .singleElement()
        .extracting(certificate -> certificate.payload().at("/sanitization/method").asText())
        .isEqualTo("OVERWRITE");
    assertThat(
            client
                .call(
                    service("StorageErasureService"),
                    "Erase",
                    "Element",
                    volume("overlay"),
                    "ErasureMethod",
                    "fire")
                .code())
        .isEqualTo(1);
  }

  @Test
  void aRelationSaysWhichOfTheTwoTakesNoWrites() {
    assertThat(replicate("8", "copy", "source").code()).isEqualTo(4096);
    assertThat(client.get(relation("source", "copy"))).doesNotContain(readOnly());
    assertThat(replicate("7", "snap", "source").code()).isZero();
    assertThat(client.get(relation("source", "snap"))).contains(readOnly() + "<VALUE>3</VALUE>");
    assertThat(replicate("7", "trial", "snap").code()).isZero();
    assertThat(client.get(relation("snap", "trial"))).contains(readOnly() + "<VALUE>2</VALUE>");
  }

  private static String readOnly() {
    return "<PROPERTY NAME=\"ReadOnly\" TYPE=\"uint16\">";
  }

  @Test
  void typesOfReplicationAreConvertedBothWays() {
    Reference capabilities =
        new Reference(
            "LUNETTE_ReplicationServiceCapabilities", Map.of("InstanceID", "LUNETTE:replication"));
    for (int type : new int[] {6, 7, 10, 11}) {
      Outcome parts =
          client.call(
              capabilities, "ConvertReplicationTypeToSyncType", "ReplicationType", "" + type);
      assertThat(parts.code()).isZero();
      assertThat(
              client
                  .call(
                      capabilities,
                      "ConvertSyncTypeToReplicationType",
                      "SyncType",
                      output(parts, "SyncType"),
                      "Mode",
                      output(parts, "Mode"),
                      "LocalOrRemote",
                      output(parts, "LocalOrRemote"))
                  .text())
          .contains("<VALUE>" + type + "</VALUE>");
    }
    assertThat(
            client
                .call(capabilities, "ConvertReplicationTypeToSyncType", "ReplicationType", "2")
                .code())
        .isEqualTo(5);
  }

  private static String output(Outcome outcome, String name) {
    return outcome
        .text()
        .replaceFirst("(?s).*NAME=\"" + name + "\"[^>]*><VALUE>(\\d+)</VALUE>.*", "$1");
  }
}
