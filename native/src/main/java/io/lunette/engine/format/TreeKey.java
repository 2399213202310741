/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.format;

/**
 * Names a word tree: what it holds, and for the trees of a layer, whose. On the device it is one
 * 64-bit word: the kind in the top byte, the layer below.
 */
public record TreeKey(Kind kind, long layer) {

  /** The kinds of tree. Codes are on the device and never change their meaning. */
  public enum Kind {
    /** Volume slots, by volume id. */
    VOLUMES(1),
    /** Layer slots, by layer id. */
    LAYERS(2),
    /** One bit for each extent: set when it is not CLEAN. */
    SPACE(3),
    /** Bits of SPACE that are set only because the extent is reserved; same index. */
    RESERVED(4),
    /** Extents that hold metadata pages, in the order in which they were taken. */
    METADATA(5),
    /** Counters of the pool. */
    GLOBALS(6),
    /** A layer's map: logical extent to map entry. */
    MAP(16),
    /** Extents that a layer wrote to and no longer maps, as map entries, in no order. */
    DROPPED(17);

    private static final Kind[] ALL = values();

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /** The byte on the device. */
    public int code() {
      return code;
    }

    /** Whether there is one such tree for each layer rather than one in the pool. */
    public boolean isPerLayer() {
      return this == MAP || this == DROPPED;
    }

    static Kind of(int code) throws FormatException {
      for (Kind kind : ALL) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new FormatException("unknown tree kind " + code);
    }
  }

  private static final int KIND_SHIFT = 56;
  private static final long LAYER_MASK = (1L << KIND_SHIFT) - 1;

  public TreeKey {
    if (layer < 0 || layer > LAYER_MASK || (layer != 0 && !kind.isPerLayer())) {
      throw new IllegalArgumentException(kind + " of layer " + layer);
    }
  }

  /** The key of a tree of which the pool has one. */
  public static TreeKey of(Kind kind) {
    return new TreeKey(kind, 0);
  }

  /** The word on the device. */
  public long encode() {
    return (long) kind.code << KIND_SHIFT | layer;
  }

  /** Reads the word back. */
  public static TreeKey decode(long word) throws FormatException {
    Kind kind = Kind.of((int) (word >>> KIND_SHIFT));
    long layer = word & LAYER_MASK;
    if (layer != 0 && !kind.isPerLayer()) {
      throw new FormatException(kind + " names layer " + layer);
    }
    return new TreeKey(kind, layer);
  }

  @Override
  public String toString() {
    return kind.isPerLayer() ? kind + " of layer " + layer : kind.toString();
  }
}
