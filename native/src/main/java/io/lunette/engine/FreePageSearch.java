/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.blockio.DeviceException;
import io.lunette.engine.format.FormatException;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.map.WordTree;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the pages of metadata that are free when a pool is opened: nothing on the device says so.
 */
final class FreePageSearch {

  private static final Logger LOG = LoggerFactory.getLogger(FreePageSearch.class);

  private final Metadata metadata;
  private final PageStore pages;

  FreePageSearch(Metadata metadata, PageStore pages) {
    this.metadata = metadata;
    this.pages = pages;
  }

  /**
   * Every page of a metadata extent that no tree refers to is free. Where an index page of a layer
   * is damaged, and hides which those are, none is: what lies below it could be what a rescue
   * needs. New pages go to new extents then.
   */
  void run() throws IOException {
    Map<Long, BitSet> live = new HashMap<>();
    LongConsumer mark =
        page ->
            live.computeIfAbsent(page / PoolLayout.PAGES_PER_EXTENT, e -> new BitSet())
                .set((int) (page % PoolLayout.PAGES_PER_EXTENT));
    for (TreeKey.Kind kind : TreeKey.Kind.values()) {
      if (!kind.isPerLayer()) {
        metadata.tree(kind).forEachPage(mark);
      }
    }
    boolean knowsAll = true;
    for (Layer layer : metadata.chains.layers()) {
      knowsAll &= markPages(layer, mark);
      metadata.trimPages();
    }
    for (WordTree tree : metadata.unsaved.retired()) {
      tree.forEachPage(mark);
    }
    var extents = metadata.tree(TreeKey.Kind.METADATA);
    for (long i = 0; extents.get(i) != 0; i++) {
      long extent = extents.get(i);
      BitSet taken = live.getOrDefault(extent, new BitSet());
      if (!knowsAll) {
        taken.set(0, PoolLayout.PAGES_PER_EXTENT);
      }
      pages.addExtent(extent, taken);
    }
  }

  /** Whether all pages of a layer could be told; if not, its volumes are not opened. */
  private boolean markPages(Layer layer, LongConsumer mark) throws IOException {
    try {
      layer.map.forEachPage(mark);
      layer.dropped.forEachPage(mark);
      return true;
    } catch (FormatException | DeviceException e) {
      if (layer.id == Layer.ORPHANS || layer.slot.holdsKeys()) {
        throw e;
      }
      LOG.error("layer {} is damaged: {}", layer.id, e.getMessage());
      metadata.chains.markDamaged(layer, e);
      return false;
    }
  }
}
