/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.RawDevice;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.check.PoolImage.LayerImage;
import io.lunette.engine.check.PoolImage.VolumeImage;
import io.lunette.engine.format.KeySlot;
import io.lunette.engine.format.LayerSlot;
import io.lunette.engine.format.MapEntry;
import io.lunette.engine.format.PoolLayout;
import io.lunette.engine.format.Superblock;
import io.lunette.engine.format.TreeKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that a pool's metadata says, the journal included, for people and programs to read.
 *
 * @param device what was read
 * @param features what it can do; what would take a write to find out is UNTRIED; null if it is not
 *     a pool
 * @param superblocks those of the two that are sound, the newest first
 * @param journal the journal from the newest superblock on, or null
 * @param usage use of space, or null
 * @param volumes by number
 * @param layers by number
 * @param keys records of keys, which say nothing of the keys themselves
 * @param problems what is wrong, as a check finds it
 */
public record PoolDump(
    String device,
    DeviceFeatures features,
    List<SuperblockView> superblocks,
    JournalView journal,
    PoolUsage usage,
    List<VolumeView> volumes,
    List<LayerView> layers,
    List<KeyView> keys,
    List<PoolProblem> problems) {

  /** A superblock. */
  public record SuperblockView(
      String pool,
      long generation,
      long capacityBytes,
      long journalExtent,
      long journalExtents,
      long journalTail,
      long journalSequence,
      boolean closedCleanly) {}

  /** What of the journal the last checkpoint does not have. */
  public record JournalView(
      long fromPosition,
      long toPosition,
      long fromSequence,
      long toSequence,
      long commits,
      boolean unfinished) {}

  /** A volume. */
  public record VolumeView(
      long id, String name, String state, String uuid, long sizeBytes, long layer, long origin) {}

  /** A layer; its map only where it was asked for. */
  public record LayerView(
      long id,
      String state,
      boolean suspect,
      long parent,
      int children,
      long volume,
      long sizeBytes,
      long mappedExtents,
      long droppedExtents,
      boolean opaque,
      String key,
      List<ExtentView> map) {}

  /** A wrapped key: its number, and the epoch and check value of the key that wrapped it. */
  public record KeyView(String id, long epoch, String checkValue) {}

  /** A map entry; extent 0 means that the blocks are held as zero. */
  public record ExtentView(long logicalExtent, long extent, int blocks) {}

  /**
   * Reads a pool.
   *
   * @param withMaps whether to take the map entries too
   * @throws VolumeException as {@link PoolCheck#check(Path)} does
   */
  public static PoolDump read(Path file, boolean withMaps) throws VolumeException {
    return PoolDevices.read(file, device -> read(device, withMaps));
  }

  static PoolDump read(RawDevice device, boolean withMaps) throws IOException, VolumeException {
    PoolExam exam = PoolExam.of(device);
    PoolImage image = exam.image();
    if (image == null) {
      return new PoolDump(
          device.identity(),
          null,
          List.of(),
          null,
          null,
          List.of(),
          List.of(),
          List.of(),
          exam.problems());
    }
    List<LayerView> layers = new ArrayList<>();
    for (LayerImage layer : image.layers.values()) {
      layers.add(view(image, layer, exam.objects().children(layer.id()), withMaps));
    }
    return new PoolDump(
        device.identity(),
        device.probe(PoolLayout.SCRATCH_OFFSET, PoolLayout.SCRATCH_BYTES),
        exam.superblocks().newestFirst().stream().map(PoolDump::view).toList(),
        new JournalView(
            image.superblock.journalTail(),
            image.journalEnd.position(),
            image.superblock.journalSequence(),
            image.journalEnd.sequence(),
            image.journalEnd.groups(),
            image.journalUnfinished),
        exam.usage(),
        image.volumes.values().stream().map(PoolDump::view).toList(),
        layers,
        exam.keys().keys().values().stream().map(PoolDump::view).toList(),
        exam.problems());
  }

  private static SuperblockView view(Superblock superblock) {
    return new SuperblockView(
        superblock.pool().toString(),
        superblock.generation(),
        superblock.capacityBytes(),
        superblock.journalExtent(),
        superblock.journalExtents(),
        superblock.journalTail(),
        superblock.journalSequence(),
        superblock.closedCleanly());
  }

  private static KeyView view(KeySlot key) {
    return new KeyView(KeyAudit.name(key.id()), key.epoch(), Long.toHexString(key.checkValue()));
  }

  private static VolumeView view(VolumeImage volume) {
    return new VolumeView(
        volume.id(),
        volume.slot().name(),
        volume.slot().state().name(),
        volume.slot().uuid().toString(),
        volume.slot().sizeBytes(),
        volume.slot().topLayer(),
        volume.slot().origin());
  }

  private static LayerView view(PoolImage image, LayerImage layer, int children, boolean withMap) {
    List<ExtentView> map = new ArrayList<>();
    long[] counts = new long[2];
    image.scan(
        layer,
        TreeKey.Kind.MAP,
        (index, stored, word) -> {
          counts[0] += MapEntry.extent(word) == 0 ? 0 : 1;
          if (withMap && word != 0) {
            map.add(new ExtentView(index, MapEntry.extent(word), MapEntry.mask(word)));
          }
        });
    image.scan(
        layer,
        TreeKey.Kind.DROPPED,
        (index, stored, word) -> counts[1] += MapEntry.extent(word) == 0 ? 0 : 1);
    LayerSlot slot = layer.slot();
    return new LayerView(
        layer.id(),
        slot.state().name(),
        slot.suspect(),
        slot.parent(),
        children,
        slot.volume(),
        slot.sizeBytes(),
        counts[0],
        counts[1],
        slot.opaque(),
        slot.key() == 0 ? null : KeyAudit.name(slot.key()),
        map);
  }
}
