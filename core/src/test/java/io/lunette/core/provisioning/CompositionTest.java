/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.compose.Compositions;
import io.lunette.core.compose.LayerKey;
import io.lunette.core.compose.LayerWriter;
import io.lunette.core.image.ComposedImage;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers are made once, kept by what they were made of, and images are made of them. */
final class CompositionTest {

  private static final ImageName BUILT = new ImageName("built");
  private static final LayerWriter ONES = layer -> write(layer, (byte) 1);

  @TempDir private Path directory;
  private CoreFixture fixture;
  private Image base;
  private LayerKey key;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start();
    base = fixture.importImage(WEB, 1);
    key = LayerKey.ofBase(base.sha256().orElseThrow()).with("a step", "ab");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Compositions compositions() {
    return fixture.core.compositions();
  }

  private static void write(BlockDevice layer, byte value) throws DomainException {
    ByteBuffer block = ByteBuffer.allocateDirect(4096);
    while (block.hasRemaining()) {
      block.put(value);
    }
    try {
      BlockingIo.write(layer, 8192, block.flip(), Durability.VISIBLE);
    } catch (BlockException e) {
      throw DomainException.of("a layer", e);
    }
  }

  private ImportedImage publish(VolumeName layer, String sha256) throws Exception {
    return compositions()
        .publish(
            OPERATOR,
            new ComposedImage(
                BUILT, Optional.empty(), layer, base.sizeBytes(), sha256, "{}", "a test", true));
  }

  @Test
  void layerIsACloneOfTheOneBelowWithWhatDiffers() throws Exception {
    VolumeName layer = compositions().make(key, base.volume(), ONES);

    assertThat(fixture.driver.find(layer).orElseThrow().origin()).contains(base.volume());
    assertThat(fixture.driver.find(layer).orElseThrow().state()).isEqualTo(VolumeState.SEALED);
    assertThat(DeviceContent.read(fixture.driver, layer, 8192, 4096)).containsOnly(1);
    assertThat(DeviceContent.read(fixture.driver, layer, 0, 8192))
        .isEqualTo(DeviceContent.pattern(8192, 1));
    assertThat(compositions().find(key)).contains(layer);
  }

  @Test
  void keyTellsEveryDifference() {
    LayerKey root = LayerKey.ofBase("ab");

    assertThat(root.with("s", "cd")).isEqualTo(LayerKey.ofBase("ab").with("s", "cd"));
    assertThat(root.with("s", "ce")).isNotEqualTo(root.with("s", "cd"));
    assertThat(root.with("t", "cd")).isNotEqualTo(root.with("s", "cd"));
    assertThat(LayerKey.ofBase("ac").with("s", "cd")).isNotEqualTo(root.with("s", "cd"));
  }

  @Test
  void stepThatFailsLeavesNothing() throws Exception {
    assertRefused(
        DomainException.Kind.INVALID,
        () ->
            compositions()
                .make(
                    key,
                    base.volume(),
                    layer -> {
                      write(layer, (byte) 1);
                      throw new DomainException(DomainException.Kind.INVALID, "it does not fit");
                    }));

    assertThat(compositions().find(key)).isEmpty();
    assertThat(fixture.driver.list()).hasSize(1);
    assertThat(compositions().make(key, base.volume(), ONES)).isNotNull();
  }

  @Test
  void layerThatACrashCutOffIsGoneAfterTheStart() throws Exception {
    Faults faults = Faults.none();
    int left = 0;
    for (int call = 1; left == 0 || faults.isDead(); call++) {
      CoreFixture each =
          new CoreFixture(Files.createDirectory(directory.resolve("victim-" + call))).start();
      Image image = each.importImage(WEB, 1);
      each.core.close();
      faults = Faults.at(call, true);
      each.faults = faults;
      try {
        each.crashAndStart();
        VolumeName unused = each.core.compositions().make(key, image.volume(), ONES);
      } catch (Faults.Killed e) {
        left++;
      }
      each.faults = Faults.none();
      each.crashAndStart();
      boolean whole = each.core.compositions().find(key).isPresent();
      assertThat(each.driver.list()).hasSize(whole ? 2 : 1);
      assertThat(each.report.unresolved()).isEmpty();
      each.close();
    }
    assertThat(left).isGreaterThan(3);
  }

  @Test
  void imageOfALayerIsAVersionLikeAnyOther() throws Exception {
    VolumeName layer = compositions().make(key, base.volume(), ONES);

    ImportedImage made = publish(layer, "01");

    assertThat(made.unchanged()).isFalse();
    assertThat(made.image().recipe()).contains("{}");
    assertThat(made.image().current()).isTrue();
    fixture.core.pools().set(OPERATOR, BUILT, PoolChange.ready(1));
    assertThat(fixture.count(ReplicaState.READY)).isEqualTo(1);
    assertThat(publish(layer, "01").unchanged()).isTrue();
    assertThat(publish(layer, "02").image().version()).isEqualTo(2);
    fixture.restart();
    assertThat(fixture.report.differences()).isEmpty();
    assertThat(compositions().find(key)).contains(layer);
  }
}
