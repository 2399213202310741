/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.bench.iscsi.Stamp;
import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.libiscsi.InitiatorException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A unit that is worked on: its first blocks, and as many after them. Every block that is written
 * says which it is and of which generation, so nothing that is left of an earlier round passes for
 * new. Used by one thread.
 */
final class OffloadUnit implements AutoCloseable {

  private static final long SPAN_STEP_BYTES = 1 << 20;

  private final TargetUrl target;
  private final UnitClient client;
  private final Abilities abilities;
  private final Stamp stamp;
  private final long spanBlocks;
  private long generation;

  private OffloadUnit(TargetUrl target, UnitClient client, long spanBytes, long run)
      throws InitiatorException {
    this.target = target;
    this.client = client;
    this.abilities = Abilities.of(client);
    this.stamp = new Stamp(run, client.blockBytes());
    long half = client.blockCount() / 2 * client.blockBytes();
    long span = Math.min(spanBytes, half / SPAN_STEP_BYTES * SPAN_STEP_BYTES);
    this.spanBlocks = span / client.blockBytes();
  }

  /**
   * Logs in and asks what the unit can do.
   *
   * @param spanBytes of each of the two ranges; less where the unit is smaller
   * @param run names what is written
   */
  static OffloadUnit open(TargetUrl target, long spanBytes, long run) throws InitiatorException {
    UnitClient client = UnitClient.open(target);
    try {
      return new OffloadUnit(target, client, spanBytes, run);
    } catch (InitiatorException e) {
      client.close();
      throw e;
    }
  }

  String name() {
    return target.name();
  }

  UnitClient client() {
    return client;
  }

  Abilities abilities() {
    return abilities;
  }

  Stamp stamp() {
    return stamp;
  }

  /** Blocks of each of the two ranges; the second begins where the first ends. */
  long spanBlocks() {
    return spanBlocks;
  }

  long spanBytes() {
    return spanBlocks * client.blockBytes();
  }

  /** Of what was written last. */
  long generation() {
    return generation;
  }

  /** What is written from now on is newer than all before. */
  void beginGeneration() {
    generation++;
  }

  /** Blocks of a command that moves data. */
  int blocksOfBuffer() {
    return UnitClient.BUFFER_BYTES / client.blockBytes();
  }

  /** Makes a command of a piece of a range. */
  interface Piece {
    ScsiCommand of(long lba, int blocks);
  }

  /** A command for each piece of a span. */
  void each(long firstLba, long blocksEach, int depth, Piece piece)
      throws InitiatorException, CommandRefused {
    client.all(new Pieces(firstLba, firstLba + spanBlocks, blocksEach, piece), depth);
  }

  private static final class Pieces implements Iterator<ScsiCommand> {

    private final long end;
    private final long blocksEach;
    private final Piece piece;
    private long lba;

    Pieces(long lba, long end, long blocksEach, Piece piece) {
      this.lba = lba;
      this.end = end;
      this.blocksEach = blocksEach;
      this.piece = piece;
    }

    @Override
    public boolean hasNext() {
      return lba < end;
    }

    @Override
    public ScsiCommand next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      int blocks = (int) Math.min(blocksEach, end - lba);
      ScsiCommand command = piece.of(lba, blocks);
      lba += blocks;
      return command;
    }
  }

  /** Writes a span, and makes it durable. */
  void fill(long firstLba) throws InitiatorException, CommandRefused {
    each(
        firstLba,
        blocksOfBuffer(),
        UnitClient.DEPTH,
        (lba, blocks) ->
            ScsiCommand.out(
                "WRITE",
                Cdb.write(lba, blocks),
                blocks * client.blockBytes(),
                data -> stamp.fill(data, lba, blocks, generation)));
    flush();
  }

  void flush() throws InitiatorException, CommandRefused {
    ByteBuffer ignored =
        client.ask(ScsiCommand.without("SYNCHRONIZE CACHE", Cdb.synchronizeCache()));
  }

  /** Looks at one block. */
  interface BlockLook {
    void at(long lba, ByteBuffer block);
  }

  /** Reads a span, block by block. */
  void readBack(long firstLba, BlockLook look) throws InitiatorException, CommandRefused {
    int blockBytes = client.blockBytes();
    each(
        firstLba,
        blocksOfBuffer(),
        UnitClient.DEPTH,
        (lba, blocks) ->
            ScsiCommand.in(
                "READ",
                Cdb.read(lba, blocks),
                blocks * blockBytes,
                data -> {
                  for (int i = 0; i < blocks; i++) {
                    look.at(lba + i, data.slice(i * blockBytes, blockBytes));
                  }
                }));
  }

  /** Whether a block holds what was written there last. */
  boolean isAsWritten(long lba, ByteBuffer block) {
    return stamp.findDamage(block, lba, 1, generation).isEmpty();
  }

  static boolean isZero(ByteBuffer block) {
    return firstOther(block, 0).isEmpty();
  }

  /** The first byte of a block that is not as the pattern, repeated, has it. */
  static Optional<Integer> firstOther(ByteBuffer block, int pattern) {
    for (int i = 0; i < block.limit(); i += Integer.BYTES) {
      if (block.getInt(i) != pattern) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws InitiatorException {
    client.close();
  }
}
