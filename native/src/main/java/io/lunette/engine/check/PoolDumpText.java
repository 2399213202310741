/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.check;

import io.lunette.blockio.DeviceFeatures;
import io.lunette.blockio.Support;
import io.lunette.engine.check.PoolDump.ExtentView;
import io.lunette.engine.check.PoolDump.JournalView;
import io.lunette.engine.check.PoolDump.LayerView;
import io.lunette.engine.check.PoolDump.SuperblockView;
import io.lunette.engine.check.PoolDump.VolumeView;
import java.util.Locale;

/** A dump as lines of text: one thing a line, its fields as {@code name=value}. */
public final class PoolDumpText {

  private final StringBuilder text = new StringBuilder();

  private PoolDumpText() {}

  /** The lines, each with its newline. */
  public static String of(PoolDump dump) {
    PoolDumpText text = new PoolDumpText();
    text.add(dump);
    return text.text.toString();
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void add(PoolDump dump) {
    line("pool %s", dump.device());
    if (dump.features() != null) {
      add(dump.features());
    }
    dump.superblocks().forEach(this::add);
    if (dump.journal() != null) {
      add(dump.journal());
    }
    if (dump.usage() != null) {
      PoolUsage usage = dump.usage();
      line(
          "space extents=%d mapped=%d dirty=%d metadata=%d reserved=%d clean=%d",
          usage.data(),
          usage.mapped(),
          usage.dirty(),
          usage.metadata(),
          usage.reserved(),
          usage.clean());
    }
    dump.volumes().forEach(this::add);
    dump.layers().forEach(this::add);
    dump.keys()
        .forEach(key -> line("key %s epoch=%d check=%s", key.id(), key.epoch(), key.checkValue()));
    dump.problems().forEach(problem -> line("PROBLEM %s", problem));
  }

  private void add(DeviceFeatures features) {
    line(
        "device kind=%s fs=%s sectors=%d/%d direct=%d allocate=%s punch=%s zero=%s discard=%s dsync=%s nowait=%s"
            + " inplace=%s",
        features.kind().replace(' ', '-'),
        features.fileSystem().isEmpty() ? "-" : features.fileSystem(),
        features.logicalSectorBytes(),
        features.physicalSectorBytes(),
        features.directAlignmentBytes(),
        word(features.allocate()),
        word(features.punchHole()),
        word(features.zeroRange()),
        word(features.discard()),
        word(features.durableWrite()),
        word(features.readWithoutWaiting()),
        word(features.overwriteInPlace()));
  }

  private static String word(Support support) {
    return support.name().toLowerCase(Locale.ROOT);
  }

  private void add(SuperblockView superblock) {
    line(
        "superblock %s generation=%d uuid=%s capacity=%d journal=extents %d+%d tail=%d sequence=%d"
            + " closed=%s",
        superblock.generation() % 2 == 0 ? "A" : "B",
        superblock.generation(),
        superblock.pool(),
        superblock.capacityBytes(),
        superblock.journalExtent(),
        superblock.journalExtents(),
        superblock.journalTail(),
        superblock.journalSequence(),
        superblock.closedCleanly() ? "yes" : "no");
  }

  private void add(JournalView journal) {
    line(
        "journal positions=%d..%d frames=%d..%d commits=%d%s",
        journal.fromPosition(),
        journal.toPosition(),
        journal.fromSequence(),
        journal.toSequence(),
        journal.commits(),
        journal.unfinished() ? " then one that is not whole" : "");
  }

  private void add(VolumeView volume) {
    line(
        "volume %d %s %s size=%d layer=%d origin=%d uuid=%s",
        volume.id(),
        volume.name(),
        volume.state(),
        volume.sizeBytes(),
        volume.layer(),
        volume.origin(),
        volume.uuid());
  }

  private void add(LayerView layer) {
    line(
        "layer %d %s%s%s parent=%d children=%d volume=%d size=%d mapped=%d dropped=%d%s",
        layer.id(),
        layer.state(),
        layer.suspect() ? " suspect" : "",
        layer.opaque() ? " opaque" : "",
        layer.parent(),
        layer.children(),
        layer.volume(),
        layer.sizeBytes(),
        layer.mappedExtents(),
        layer.droppedExtents(),
        layer.key() == null ? "" : " key=" + layer.key());
    for (ExtentView extent : layer.map()) {
      line(
          "  extent %d -> %s blocks=%04x",
          extent.logicalExtent(),
          extent.extent() == 0 ? "zero" : Long.toString(extent.extent()),
          extent.blocks());
    }
  }
}
