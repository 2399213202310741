/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import static io.lunette.smis.provider.ArrayClient.service;
import static io.lunette.smis.provider.ArrayClient.volume;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.audit.AuditEntry;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.smis.provider.ArrayClient;
import io.lunette.smis.provider.ArrayClient.Outcome;
import io.lunette.smis.provider.ArrayClient.Reference;
import io.lunette.smis.provider.ArrayFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes that clients make, change and return. */
class VolumeChangesTest {

  private static final Reference POOL =
      new Reference("LUNETTE_StoragePool", Map.of("InstanceID", "LUNETTE:pool"));

  @TempDir Path directory;
  private ArrayFixture array;
  private ArrayClient client;

  @BeforeEach
  void start() throws Exception {
    array = new ArrayFixture(directory);
    client = new ArrayClient(array);
  }

  @AfterEach
  void stop() {
    array.close();
  }

  private Outcome change(Object... parameters) {
    return client.call(
        service("StorageConfigurationService"), "CreateOrModifyElementFromStoragePool", parameters);
  }

  private List<String> names() throws Exception {
    return array.driver.list().stream().map(VolumeInfo::name).map(VolumeName::value).toList();
  }

  @Test
  void aVolumeIsCalledWhatTheClientSays() throws Exception {
    Outcome made =
        change(
            "ElementName", "\u00dcber disk/1", "ElementType", "5", "Size", "5000", "InPool", POOL);
    Outcome again = change("ElementName", "\u00dcber disk/1", "ElementType", "2", "Size", "4096");

    assertThat(made.code()).isZero();
    assertThat(made.text()).contains("NAME=\"Size\" PARAMTYPE=\"uint64\"><VALUE>8192</VALUE>");
    assertThat(again.code()).isZero();
    assertThat(names()).containsExactly("ber-disk-1", "ber-disk-1-2");
    assertThat(client.get(volume("ber-disk-1-2"))).contains("<VALUE>\u00dcber disk/1</VALUE>");
    assertThat(array.core.audit().list(OptionalLong.empty(), 10))
        .extracting(AuditEntry::action, each -> each.actor().value())
        .contains(org.assertj.core.groups.Tuple.tuple("volume.create", "smis:operator"));
  }

  /** A driver gives who asks for the same volume that very one. */
  @Test
  void aVolumeDoesNotGetANameThatSomebodyMakesOneOf() throws Exception {
    try (VolumeClaims.Claim making = array.core.claims().take(new VolumeName("disk"))) {
      assertThat(making).isNotNull();
      assertThat(change("ElementName", "disk", "Size", "4096").code()).isZero();
    }

    assertThat(names()).containsExactly("disk-2");
  }

  @Test
  void aVolumeThatSomebodyIsFillingIsNotChanged() throws Exception {
    change("ElementName", "disk", "Size", "4096");
    try (VolumeClaims.Claim filling = array.core.claims().take(new VolumeName("disk"))) {
      assertThat(filling).isNotNull();
      assertThat(change("TheElement", volume("disk"), "Size", "1048576").text())
          .startsWith("ERROR 1: volume 'disk' is being made or filled");
    }
    assertThat(change("TheElement", volume("disk"), "Size", "1048576").code()).isZero();
  }

  @Test
  void nobodyElseMakesAVolumeOfTheNameUntilItIsThere() throws Exception {
    List<Boolean> isFree = new ArrayList<>();
    VolumeName disk = new VolumeName("disk");
    array.beforeCreate = () -> isFree.add(array.core.claims().tryTake(disk).isPresent());

    assertThat(change("ElementName", "disk", "Size", "4096").code()).isZero();

    assertThat(isFree).containsExactly(false);
    assertThat(array.core.claims().tryTake(disk)).isPresent();
  }

  @Test
  void aLabelDoesNotPassToAnotherVolumeOfTheSameName() throws Exception {
    change("ElementName", "my disk", "Size", "4096");
    array.driver.delete(new VolumeName("my-disk"));
    array.driver.create(new VolumeName("my-disk"), 4096);

    assertThat(client.get(volume("my-disk")))
        .contains("NAME=\"ElementName\" TYPE=\"string\"><VALUE>my-disk</VALUE>");
  }

  @Test
  void aVolumeGrowsAndIsRenamed() throws Exception {
    change("ElementName", "a", "Size", "4096");

    assertThat(change("TheElement", volume("a"), "Size", "1048576", "ElementType", "2").code())
        .isZero();
    assertThat(change("TheElement", volume("a"), "ElementName", "b").code()).isZero();

    assertThat(array.driver.find(new VolumeName("a")).orElseThrow().sizeBytes()).isEqualTo(1 << 20);
    assertThat(client.get(volume("a"))).contains("<VALUE>b</VALUE>");
  }

  @Test
  void whatCannotBeIsRefusedByItsCode() {
    assertThat(change("ElementType", "8", "Size", "4096").code()).isEqualTo(1);
    assertThat(change("ElementName", "x").code()).isEqualTo(5);
    assertThat(change("Size", "0").code()).isEqualTo(5);
    assertThat(
            change(
                    "Size",
                    "4096",
                    "InPool",
                    new Reference(
                        "LUNETTE_StoragePool", Map.of("InstanceID", "LUNETTE:primordial")))
                .code())
        .isEqualTo(5);
    assertThat(change("Size", "99999999999999999999").text()).startsWith("ERROR 13");
    assertThat(change("Size", "18446744073709551615").text()).startsWith("ERROR 4");
    assertThat(change("TheElement", volume("none"), "Size", "4096").text()).startsWith("ERROR 6");
  }

  @Test
  void whatAnInitiatorSeesIsNotDeleted() throws Exception {
    change("ElementName", "a", "Size", "4096");
    client.call(
        service("ControllerConfigurationService"),
        "ExposePaths",
        "LUNames",
        List.of(client.luName("a")),
        "InitiatorPortIDs",
        List.of("iqn.2026-11.com.example:x"),
        "DeviceAccesses",
        List.of("2"));

    assertThat(
            client
                .call(
                    service("StorageConfigurationService"),
                    "ReturnToStoragePool",
                    "TheElement",
                    volume("a"))
                .code())
        .isEqualTo(6);
    assertThat(names()).containsExactly("a");
  }

  @Test
  void severalAreReturnedAtOnce() throws Exception {
    change("ElementName", "a", "Size", "4096");
    change("ElementName", "b", "Size", "4096");
    Reference service = service("StorageConfigurationService");
    List<Reference> both = List.of(volume("a"), volume("none"), volume("b"));

    assertThat(
            client
                .call(service, "ReturnElementsToStoragePool", "Options", "3", "TheElements", both)
                .code())
        .isEqualTo(5);
    assertThat(names()).hasSize(2);
    assertThat(
            client
                .call(service, "ReturnElementsToStoragePool", "Options", "2", "TheElements", both)
                .code())
        .isZero();
    assertThat(names()).isEmpty();
  }

  @Test
  void imagesAreOutOfReach() throws Exception {
    array.driver.create(new VolumeName("image-web"), 4096);

    for (Outcome each :
        List.of(
            client.call(
                service("StorageConfigurationService"),
                "ReturnToStoragePool",
                "TheElement",
                volume("image-web")),
            change("TheElement", volume("image-web"), "Size", "8192"),
            client.call(
                service("StorageErasureService"), "Erase", "Element", volume("image-web")))) {
      assertThat(each.text()).startsWith("ERROR 1: volume 'image-web' belongs to an image");
    }
    change("ElementName", "image-x", "Size", "4096");
    assertThat(names()).containsExactly("image-web", "volume-image-x");
  }

  @Test
  void onlyTheLabelOfAnInstanceCanBeModified() {
    change("ElementName", "a", "Size", "4096");

    assertThat(modify("ElementName", "string", "other")).isEmpty();
    assertThat(client.get(volume("a"))).contains("<VALUE>other</VALUE>");
    assertThat(modify("NumberOfBlocks", "uint64", "9")).startsWith("ERROR 7");
    assertThat(modify("NoSuch", "string", "9")).startsWith("ERROR 12");
  }

  private String modify(String property, String type, String value) {
    String path = volume("a").value().replaceAll(".*(<INSTANCENAME.*</INSTANCENAME>).*", "$1");
    return array.ask(
        ArrayFixture.OPERATOR,
        "root/lunette",
        "ModifyInstance",
        "<IPARAMVALUE NAME=\"ModifiedInstance\"><VALUE.NAMEDINSTANCE>"
            + path
            + "<INSTANCE CLASSNAME=\"LUNETTE_StorageVolume\"><PROPERTY NAME=\""
            + property
            + "\" TYPE=\""
            + type
            + "\"><VALUE>"
            + value
            + "</VALUE></PROPERTY></INSTANCE></VALUE.NAMEDINSTANCE></IPARAMVALUE>"
            + "<IPARAMVALUE NAME=\"PropertyList\"><VALUE.ARRAY><VALUE>"
            + property
            + "</VALUE></VALUE.ARRAY></IPARAMVALUE>");
  }
}
