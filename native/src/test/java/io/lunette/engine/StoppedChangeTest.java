/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.TreePage;
import io.lunette.engine.format.TreeRoot;
import io.lunette.engine.format.VolumeSlot;
import io.lunette.engine.map.PageCache;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A change of several words that ends between two of them, in what no device reports. */
class StoppedChangeTest {

  private Metadata metadata;
  private Layer below;
  private Layer layer;

  @BeforeEach
  void makeLayers() throws Exception {
    Map<TreeKey.Kind, TreeRoot> roots = new EnumMap<>(TreeKey.Kind.class);
    roots.put(TreeKey.Kind.RESERVED, new TreeRoot(1000, 1));
    Superblock superblock =
        new Superblock(
            new UUID(7, 7), 2, 64 << 20, PoolLayout.JOURNAL_EXTENT, 8, 0, 1, true, roots);
    metadata =
        new Metadata(
            superblock,
            // What comes of the page of RESERVED ends behind the reader, where a tree uses it.
            (key, level, first, page) ->
                key.kind() == TreeKey.Kind.RESERVED ? null : new long[TreePage.WORDS],
            new PageCache(1 << 20),
            PoolLayout.JOURNAL_EXTENT + 8);
    metadata.lock.lock();
    below = metadata.chains.createLayer(null, 1 << 20, 1, null);
    layer = metadata.chains.createLayer(below, 1 << 20, 1, null);
    assertThat(metadata.takePending().isEmpty()).isFalse();
  }

  /** An extent would be both the layer's and reserved, and a restart gives that to the scrub. */
  @Test
  void oneOfAMapAndOfSpaceNeverBecomesDurable() {
    DataPath path = new DataPath(null, metadata, null, null);
    IllegalStateException failure = new IllegalStateException("of a write");

    path.distrust(failure, layer, 100, true);

    assertThat(failure.getSuppressed()).isNotEmpty();
    assertThatThrownBy(metadata::requireWhole).hasMessageContaining("stopped half way");
  }

  @Test
  void oneThatStopsBeforeItsFirstWordHasChangedNothing() throws Exception {
    VolumeSlot slot =
        new VolumeSlot(
            VolumeSlot.State.WRITABLE,
            new UUID(1, 1),
            layer.id,
            1 << 20,
            0,
            "volume",
            VolumeSlot.Erase.NONE,
            0,
            VolumeSlot.Use.NONE);
    Volume volume = metadata.chains.createVolume(slot, layer);
    layer.slot = null;

    assertThatThrownBy(() -> metadata.chains.update(volume, null, below))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> metadata.chains.detach(layer))
        .isInstanceOf(NullPointerException.class);

    assertThat(volume.slot).isEqualTo(slot);
    assertThat(volume.top).isSameAs(layer);
    assertThat(layer.owner).isSameAs(volume);
    assertThat(layer.parent).isSameAs(below);
    assertThat(below.children).isOne();
  }
}
