/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.core.volume.EraseMethod;
import io.lunette.engine.check.PoolImage.LayerImage;
import io.lunette.engine.check.PoolImage.VolumeImage;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.TreeKey;
import io.lunette.engine.format.VolumeSlot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Checks volumes and layers against one another. */
final class ObjectAudit {

  private final PoolImage image;
  private final Map<Long, Integer> children = new HashMap<>();
  private final Map<Long, VolumeImage> owners = new HashMap<>();

  /** Layers that a volume reads, or that hold the keys. */
  private final Set<Long> read = new HashSet<>();

  /** Layers in use that are not among them. */
  private final Set<LayerImage> unread = new LinkedHashSet<>();

  /** Volumes of which a layer waits for its scrub. */
  private final Set<Long> releasing = new HashSet<>();

  private int keyLayers;

  ObjectAudit(PoolImage image) {
    this.image = image;
  }

  void run() {
    Set<String> names = new HashSet<>();
    Set<java.util.UUID> ids = new HashSet<>();
    for (LayerImage layer : image.layers.values()) {
      if (layer.slot().state() == LayerSlot.State.RELEASED) {
        releasing.add(layer.slot().volume());
      }
    }
    for (VolumeImage volume : image.volumes.values()) {
      check(volume);
      if (!names.add(volume.slot().name())) {
        image.problem(volume.place(), "another volume has the same name");
      }
      if (!ids.add(volume.slot().uuid())) {
        image.problem(volume.place(), "another volume has the same UUID");
      }
    }
    for (LayerImage layer : image.layers.values()) {
      if (layer.slot().holdsKeys() && keyLayers++ > 0) {
        image.problem(layer.place(), "holds keys, as another layer does");
      }
      if (layer.slot().parent() != 0 && layer.slot().state() != LayerSlot.State.RELEASED) {
        children.merge(layer.slot().parent(), 1, Integer::sum);
      }
    }
    followChains();
    image.layers.values().forEach(this::check);
  }

  /** Layers in use that no volume reads; after {@link #run}. */
  Set<LayerImage> unread() {
    return unread;
  }

  private void followChains() {
    for (LayerImage layer : image.layers.values()) {
      LayerImage at = owners.containsKey(layer.id()) || layer.slot().holdsKeys() ? layer : null;
      while (at != null && read.add(at.id())) {
        at = image.layers.get(at.slot().parent());
      }
    }
  }

  /** Layers that lie directly on that one. */
  int children(long layer) {
    return children.getOrDefault(layer, 0);
  }

  private void check(VolumeImage volume) {
    VolumeSlot slot = volume.slot();
    if (slot.name().isEmpty()) {
      image.problem(volume.place(), "has no name");
    }
    if (volume.id() >= image.nextVolume) {
      image.problem(
          volume.place(), "its number was never given out", "the counter is moved past it");
    }
    if (slot.sizeBytes() <= 0 || slot.sizeBytes() % PoolLayout.BLOCK_BYTES != 0) {
      image.problem(volume.place(), "has a size of " + slot.sizeBytes() + " bytes");
    }
    checkErase(volume);
    LayerImage top = image.layers.get(slot.topLayer());
    if (top == null) {
      image.problem(volume.place(), "its layer " + slot.topLayer() + " does not exist");
      return;
    }
    VolumeImage other = owners.put(top.id(), volume);
    if (other != null) {
      image.problem(volume.place(), "has the layer " + top.id() + " of " + other.place());
    }
    LayerSlot.State expected =
        slot.state() == VolumeSlot.State.SEALED ? LayerSlot.State.FROZEN : LayerSlot.State.WRITABLE;
    if (top.slot().state() != expected) {
      image.problem(
          volume.place(),
          "is " + slot.state() + ", but its layer " + top.id() + " is " + top.slot().state());
    }
    if (top.slot().sizeBytes() != slot.sizeBytes()) {
      image.problem(
          volume.place(),
          "has " + slot.sizeBytes() + " bytes, its layer " + top.slot().sizeBytes());
    }
    if (slot.state() != VolumeSlot.State.SEALED && top.slot().volume() != volume.id()) {
      image.problem(
          volume.place(),
          "its layer " + top.id() + " is noted as written by volume " + top.slot().volume(),
          "noted as written by this one, which alone may write to it");
      image.correct(
          TreeKey.Kind.LAYERS,
          LayerSlot.index(top.id()),
          top.slot().writtenBy(volume.id()).encode());
    }
  }

  /**
   * What was erased, and how, cannot be told any more: only an erase from the beginning ends it.
   */
  private void checkErase(VolumeImage volume) {
    VolumeSlot slot = volume.slot();
    boolean erasing = slot.state() == VolumeSlot.State.ERASING;
    VolumeSlot.State safe = erasing ? VolumeSlot.State.QUARANTINED : slot.state();
    if (slot.erase().terms().method() >= EraseMethod.values().length) {
      image.problem(
          volume.place(),
          "its erase has the unknown method " + slot.erase().terms().method(),
          erasing ? "quarantined, to be erased again" : "what the erase did is forgotten");
      correct(volume, slot.erasing(safe, VolumeSlot.Erase.NONE));
    } else if (erasing && image.knowsReaders() && !releasing.contains(volume.id())) {
      image.problem(
          volume.place(),
          "is ERASING, but nothing that it gave up is left to be erased",
          "quarantined, to be erased again");
      correct(volume, slot.erasing(safe, slot.erase()));
    }
  }

  private void correct(VolumeImage volume, VolumeSlot slot) {
    image.correct(TreeKey.Kind.VOLUMES, VolumeSlot.index(volume.id()), slot.encode());
  }

  private void check(LayerImage layer) {
    if (layer.id() >= image.nextLayer) {
      image.problem(
          layer.place(), "its number was never given out", "the counter is moved past it");
    }
    if (layer.slot().state() == LayerSlot.State.RELEASED) {
      if (children(layer.id()) > 0) {
        image.problem(layer.place(), "is released, but layers lie on it");
      }
      return;
    }
    checkParent(layer);
    if (!read.contains(layer.id())) {
      unread(layer);
    }
    if (layer.slot().state() == LayerSlot.State.WRITABLE && children(layer.id()) > 0) {
      image.problem(layer.place(), "is writable, but layers lie on it");
    }
  }

  /** Whether it may be given up can be told only where all volumes are known. */
  private void unread(LayerImage layer) {
    String what = "is " + layer.slot().state() + ", and no volume reads it";
    if (image.knowsReaders()) {
      unread.add(layer);
      image.problem(layer.place(), what, "released, for the next opening to scrub");
    } else {
      image.problem(layer.place(), what);
    }
  }

  private void checkParent(LayerImage layer) {
    long parent = layer.slot().parent();
    if (parent == 0) {
      return;
    }
    if (!image.layers.containsKey(parent)) {
      image.problem(layer.place(), "lies on layer " + parent + ", which does not exist");
      return;
    }
    // A layer is made after what it lies on, so numbers fall all the way down a sound chain.
    if (parent >= layer.id()) {
      image.problem(layer.place(), "lies on layer " + parent + ", which is younger");
    }
  }
}
