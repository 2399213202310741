/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lunette.core.DomainException;
import io.lunette.core.allocation.AllocatedLun;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.LunRole;
import io.lunette.core.image.ImageRef;
import io.lunette.core.personality.PersonalityFacts;
import io.lunette.core.personality.PersonalityTemplate;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Config volumes: made for an allocation, seen by its server alone, gone with it. */
final class PersonalityTest {

  private static final PersonalityTemplate TEMPLATE =
      new PersonalityTemplate(
          "#cloud-config\nhostname: ${server}\n# for ${tenant}: ${meta.key|quote}\n",
          Optional.of("version: 2\nethernets: {eth0: {addresses: [${meta.ip}]}}\n"),
          Optional.empty());

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(2);
    fixture.core.personalities().set(OPERATOR, WEB, TEMPLATE);
    fixture.core.personalities().describe(OPERATOR, S1, Map.of("ip", "10.0.0.1/24", "key", "k 1"));
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private List<VolumeInfo> configVolumes() throws Exception {
    return fixture.driver.list().stream()
        .filter(volume -> volume.name().value().startsWith(PersonalityFacts.VOLUME_PREFIX))
        .toList();
  }

  private String content(VolumeName volume) throws Exception {
    return new String(
        DeviceContent.read(fixture.driver, volume, 0, 1 << 20), StandardCharsets.UTF_8);
  }

  private static AllocatedLun config(Allocation allocation) {
    return allocation.luns().get(allocation.luns().size() - 1);
  }

  @Test
  @Tag("WA-5")
  @Tag("HA-4")
  void serverIsToldWhoItIsBesideItsReplica() throws Exception {
    Allocation allocation = fixture.allocated(S1);

    assertThat(allocation.luns())
        .extracting(AllocatedLun::role)
        .containsExactly(LunRole.REPLICA, LunRole.PERSONALITY);
    AllocatedLun config = config(allocation);
    assertThat(config.mapping().mode()).isEqualTo(AccessMode.READ_ONLY);
    assertThat(allocation.boot()).isEqualTo(allocation.mapping());
    assertThat(fixture.driver.find(config.mapping().volume()).orElseThrow().state())
        .isEqualTo(VolumeState.SEALED);
    assertThat(content(config.mapping().volume()))
        .contains("cidata     FAT12   ")
        .contains("instance-id: \"" + allocation.id() + "\"\nlocal-hostname: \"s1\"\n")
        .contains("hostname: s1\n# for acme: \"k 1\"\n")
        .contains("addresses: [10.0.0.1/24]");
    assertThat(fixture.isClean(allocation.replica())).isTrue();
  }

  @Test
  void releaseDeletesItAndTheNextOneIsAnother() throws Exception {
    Allocation first = fixture.allocated(S1);
    fixture.core.allocations().release(OPERATOR, S1);
    assertThat(configVolumes()).isEmpty();
    assertThat(fixture.masking.mappings()).isEmpty();

    Allocation second = fixture.allocated(S1);

    assertThat(config(second).mapping().volume()).isNotEqualTo(config(first).mapping().volume());
    assertThat(configVolumes()).hasSize(1);
  }

  @Test
  void factThatIsMissingRefusesTheAllocationAndSaysWhich() throws Exception {
    fixture.core.personalities().describe(OPERATOR, S1, Map.of("ip", ""));

    DomainException refusal =
        catchThrowableOfType(DomainException.class, () -> fixture.allocate(S1));

    assertThat(refusal.kind()).isEqualTo(DomainException.Kind.INVALID);
    assertThat(refusal)
        .hasMessageContaining("network-config, line 2 of the template")
        .hasMessageContaining("no value of meta.ip");
    assertThat(fixture.count(ReplicaState.ALLOCATED)).isZero();
    assertThat(configVolumes()).isEmpty();
  }

  @Test
  void changeOfTheTemplateHoldsFromTheNextAllocationOn() throws Exception {
    Allocation allocation = fixture.allocated(S1);
    fixture.core.personalities().remove(OPERATOR, WEB);

    fixture.restart();

    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.core.allocations().find(S1)).contains(allocation);
    assertThat(content(config(allocation).mapping().volume())).contains("hostname: s1");
    fixture.core.allocations().release(OPERATOR, S1);
    assertThat(fixture.allocated(S1).luns()).hasSize(1);
  }

  @Test
  void factsGoWithTheServerAndTemplatesWithTheImage() throws Exception {
    fixture.core.servers().remove(OPERATOR, S1);
    fixture.addServer(S1);
    assertThat(fixture.core.personalities().meta(S1)).isEmpty();

    fixture.core.images().delete(OPERATOR, ImageRef.current(WEB));
    fixture.importImage(WEB, 2);
    assertThat(fixture.core.personalities().template(WEB)).isEmpty();
  }

  @Test
  void nobodyElseIsGivenAConfigVolume() throws Exception {
    VolumeName volume = config(fixture.allocated(S1)).mapping().volume();

    assertRefused(
        DomainException.Kind.INVALID,
        () ->
            fixture
                .core
                .mappings()
                .map(OPERATOR, volume, CoreFixture.S2, OptionalInt.empty(), AccessMode.READ_ONLY));
  }

  @Test
  void killedAtAnyCallItLeavesNoConfigVolumeWithoutItsAllocation() throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger("io.lunette.core");
    log.setLevel(Level.OFF);
    try {
      int points = 0;
      for (boolean afterwards : List.of(false, true)) {
        int point = 1;
        while (isKilledAt(point, afterwards)) {
          point++;
        }
        points += point;
      }
      assertThat(points).isGreaterThan(20);
    } finally {
      log.setLevel(null);
    }
  }

  /** Whether the allocation and the release of a server had so many calls at all. */
  private boolean isKilledAt(int point, boolean afterwards) throws Exception {
    Path home = Files.createDirectory(directory.resolve(point + "-" + afterwards));
    CoreFixture victim = new CoreFixture(home).start().stocked(2);
    victim.core.personalities().set(OPERATOR, WEB, TEMPLATE);
    victim.core.personalities().describe(OPERATOR, S1, Map.of("ip", "10.0.0.1", "key", "k"));
    victim.core.close();
    Faults faults = Faults.at(point, afterwards);
    victim.faults = faults;
    try {
      victim.crashAndStart();
      victim.allocated(S1);
      victim.core.allocations().release(OPERATOR, S1);
    } catch (Faults.Killed e) {
      assertThat(faults.isDead()).isTrue();
    }
    victim.faults = Faults.none();
    victim.crashAndStart();
    CoreFixture before = fixture;
    fixture = victim;
    try (victim) {
      assertThat(victim.report.unresolved()).isEmpty();
      boolean holds = victim.core.allocations().find(S1).isPresent();
      assertThat(configVolumes()).hasSize(holds ? 1 : 0);
      assertThat(victim.masking.mappings()).hasSize(holds ? 2 : 0);
      Allocation allocation = victim.allocated(S1);
      assertThat(content(config(allocation).mapping().volume())).contains("hostname: s1");
      victim.core.allocations().release(OPERATOR, S1);
      assertThat(configVolumes()).isEmpty();
      assertThat(victim.masking.mappings()).isEmpty();
      assertThat(victim.masking.violations()).isEmpty();
    } finally {
      fixture = before;
    }
    CoreFixture.discard(home);
    return faults.isDead();
  }
}
