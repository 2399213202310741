/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.block;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/**
 * A sparse block device in memory, for tests of those who serve one. Its completions run on an
 * executor of the test's choice: {@code Runnable::run} ends every operation before its call
 * returns, a queue's {@code add} lets the test end them one by one. It fails where it is told to,
 * and remembers what was asked of it.
 *
 * <p>Thread-safe.
 */
public final class MemoryBlockDevice implements BlockDevice {

  /** What can be asked of the device. */
  public enum Operation {
    READ,
    WRITE,
    ZERO,
    DISCARD,
    FLUSH,
    ATOMIC_WRITE,
    PURGE,
    CRYPTO_ERASE
  }

  /**
   * One call.
   *
   * @param durable whether the call asked for durability
   */
  public record Call(Operation operation, long offsetBytes, long lengthBytes, boolean durable) {}

  /** The longest atomic write of a device that is made without features. */
  public static final int ATOMIC_BYTES = 128 << 10;

  private static final int GRAIN = 4096;
  private static final byte[] ZEROES = new byte[GRAIN];
  private static final Set<Operation> CHANGES =
      EnumSet.of(Operation.WRITE, Operation.ATOMIC_WRITE, Operation.ZERO, Operation.DISCARD);

  private final BlockFeatures features;
  private final Executor completions;
  private final TreeMap<Long, byte[]> grains = new TreeMap<>();
  private final Map<Operation, Deque<Optional<BlockException.Kind>>> faults =
      new EnumMap<>(Operation.class);
  private final List<Call> calls = new ArrayList<>();
  private BlockGeometry geometry;
  private byte[] lastWritten = ZEROES;
  private long givenUpBytes;
  private boolean closed;

  public MemoryBlockDevice(BlockGeometry geometry, BlockFeatures features, Executor completions) {
    this.geometry = geometry;
    this.features = features;
    this.completions = completions;
  }

  /** A thin device whose operations have ended when their calls return. */
  public static MemoryBlockDevice inline(long sizeBytes, int logicalBlockBytes) {
    return on(Runnable::run, sizeBytes, logicalBlockBytes);
  }

  /** A thin device that completes on an executor. */
  public static MemoryBlockDevice on(Executor completions, long sizeBytes, int logicalBlockBytes) {
    return new MemoryBlockDevice(
        new BlockGeometry(sizeBytes, logicalBlockBytes, GRAIN, 16 * GRAIN),
        new BlockFeatures(false, true, true, GRAIN, ATOMIC_BYTES, true),
        completions);
  }

  /** The next operation of this kind of whose end nothing is planned yet fails, without effect. */
  public void failNext(Operation operation, BlockException.Kind kind) {
    failAfter(0, operation, kind);
  }

  /** {@code count} operations of this kind succeed, the one after them fails. */
  public synchronized void failAfter(int count, Operation operation, BlockException.Kind kind) {
    Deque<Optional<BlockException.Kind>> planned =
        faults.computeIfAbsent(operation, any -> new ArrayDeque<>());
    for (int i = 0; i < count; i++) {
      planned.add(Optional.empty());
    }
    planned.add(Optional.of(kind));
  }

  /** What was asked so far, in order. */
  public synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  /** How often it was asked for this. */
  public synchronized long count(Operation operation) {
    return calls.stream().filter(call -> call.operation() == operation).count();
  }

  /** The bytes of a range, whatever faults are planned. */
  public synchronized byte[] bytes(long offsetBytes, int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    copyOut(offsetBytes, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Puts bytes behind everyone's back. */
  public synchronized void fill(long offsetBytes, byte[] bytes) {
    copyIn(offsetBytes, ByteBuffer.wrap(bytes));
  }

  /** Changes the size; what is beyond the end is forgotten. */
  public synchronized void resize(long sizeBytes) {
    geometry =
        new BlockGeometry(
            sizeBytes,
            geometry.logicalBlockBytes(),
            geometry.physicalBlockBytes(),
            geometry.optimalIoBytes());
    grains.tailMap((sizeBytes + GRAIN - 1) / GRAIN).clear();
  }

  @Override
  public synchronized BlockGeometry geometry() {
    return geometry;
  }

  @Override
  public BlockFeatures features() {
    return features;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target, IoCompletion completion) {
    Call call = new Call(Operation.READ, offsetBytes, target.remaining(), false);
    run(call, () -> copyOut(offsetBytes, target.duplicate()), completion);
  }

  @Override
  public void write(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    boolean durable = durability == Durability.DURABLE;
    Call call = new Call(Operation.WRITE, offsetBytes, source.remaining(), durable);
    run(call, () -> copyIn(offsetBytes, source.duplicate()), completion);
  }

  @Override
  public void writeAtomic(
      long offsetBytes, ByteBuffer source, Durability durability, IoCompletion completion) {
    boolean durable = durability == Durability.DURABLE;
    Call call = new Call(Operation.ATOMIC_WRITE, offsetBytes, source.remaining(), durable);
    run(call, () -> copyIn(offsetBytes, source.duplicate()), completion);
  }

  @Override
  public void writeZeroes(
      long offsetBytes,
      long lengthBytes,
      Provisioning provisioning,
      Durability durability,
      IoCompletion completion) {
    boolean durable = durability == Durability.DURABLE;
    Call call = new Call(Operation.ZERO, offsetBytes, lengthBytes, durable);
    boolean release = provisioning == Provisioning.MAY_RELEASE && features.thin();
    run(call, () -> zero(offsetBytes, lengthBytes, release), completion);
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes, IoCompletion completion) {
    Call call = new Call(Operation.DISCARD, offsetBytes, lengthBytes, false);
    run(call, () -> zero(offsetBytes, lengthBytes, true), completion);
  }

  @Override
  public void flush(IoCompletion completion) {
    run(new Call(Operation.FLUSH, 0, 0, true), () -> {}, completion);
  }

  /** A grain that was released is forgotten at once: this only tells of them, in four steps. */
  @Override
  public void purge(PurgeProgress progress, IoCompletion completion) {
    long total = takeGivenUp();
    purge(Math.max(GRAIN, total / 4), total, progress, completion);
  }

  private void purge(long done, long total, PurgeProgress progress, IoCompletion completion) {
    if (done > total) {
      run(new Call(Operation.PURGE, 0, 0, true), () -> {}, completion);
      return;
    }
    completions.execute(
        () -> {
          progress.purged(done, total);
          purge(done + Math.max(GRAIN, total / 4), total, progress, completion);
        });
  }

  private synchronized long takeGivenUp() {
    long taken = givenUpBytes;
    givenUpBytes = 0;
    return taken;
  }

  @Override
  public void cryptoErase(IoCompletion completion) {
    run(new Call(Operation.CRYPTO_ERASE, 0, 0, true), grains::clear, completion);
  }

  @Override
  public synchronized ProvisioningRun provisioning(long offsetBytes) throws BlockException {
    if (!geometry.contains(offsetBytes, geometry.logicalBlockBytes())) {
      throw new BlockException(BlockException.Kind.OUT_OF_RANGE, "offset " + offsetBytes);
    }
    long grain = offsetBytes / GRAIN;
    boolean mapped = grains.containsKey(grain);
    long end = grain + 1;
    if (mapped) {
      while (grains.containsKey(end)) {
        end++;
      }
    } else {
      Long next = grains.ceilingKey(end);
      end = next == null ? Long.MAX_VALUE / GRAIN : next;
    }
    long endBytes = Math.min(end * GRAIN, geometry.sizeBytes());
    return new ProvisioningRun(offsetBytes, endBytes - offsetBytes, mapped);
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  private void run(Call call, Runnable effect, IoCompletion completion) {
    BlockException.Kind fault = carryOut(call, effect);
    completions.execute(
        () -> {
          if (fault == null) {
            completion.completed();
          } else {
            completion.failed(new BlockException(fault, call.toString()));
          }
        });
  }

  /** Null if it was done. */
  private synchronized BlockException.Kind carryOut(Call call, Runnable effect) {
    calls.add(call);
    if (closed) {
      return BlockException.Kind.GONE;
    }
    if (!geometry.contains(call.offsetBytes(), call.lengthBytes())) {
      return BlockException.Kind.OUT_OF_RANGE;
    }
    if (CHANGES.contains(call.operation()) && features.readOnly()) {
      return BlockException.Kind.READ_ONLY;
    }
    if (!offers(call)) {
      return BlockException.Kind.UNSUPPORTED;
    }
    Deque<Optional<BlockException.Kind>> planned = faults.get(call.operation());
    if (planned != null && !planned.isEmpty()) {
      Optional<BlockException.Kind> fault = planned.remove();
      if (fault.isPresent()) {
        return fault.get();
      }
    }
    effect.run();
    return null;
  }

  private boolean offers(Call call) {
    return switch (call.operation()) {
      case ATOMIC_WRITE -> call.lengthBytes() <= features.atomicWriteBytes();
      case PURGE -> features.purges();
      case CRYPTO_ERASE -> features.cryptoErases();
      case READ, WRITE, ZERO, DISCARD, FLUSH -> true;
    };
  }

  private void copyOut(long offset, ByteBuffer target) {
    for (long at = offset; target.hasRemaining(); ) {
      int within = (int) (at % GRAIN);
      int part = Math.min(GRAIN - within, target.remaining());
      target.put(grains.getOrDefault(at / GRAIN, ZEROES), within, part);
      at += part;
    }
  }

  /** Grains are never changed in place, so that equal ones in a row can be one. */
  private void copyIn(long offset, ByteBuffer source) {
    for (long at = offset; source.hasRemaining(); ) {
      int within = (int) (at % GRAIN);
      int part = Math.min(GRAIN - within, source.remaining());
      byte[] grain = grains.getOrDefault(at / GRAIN, ZEROES).clone();
      source.get(grain, within, part);
      if (!Arrays.equals(grain, lastWritten)) {
        lastWritten = grain;
      }
      grains.put(at / GRAIN, lastWritten);
      at += part;
    }
  }

  private void zero(long offset, long length, boolean release) {
    for (long at = offset; at < offset + length; ) {
      int within = (int) (at % GRAIN);
      int part = (int) Math.min(GRAIN - within, offset + length - at);
      byte[] old = grains.get(at / GRAIN);
      if (part == GRAIN && release) {
        grains.remove(at / GRAIN);
        givenUpBytes += old == null ? 0 : GRAIN;
      } else if (old != null || !release) {
        byte[] grain = old == null || part == GRAIN ? ZEROES : old.clone();
        if (grain != ZEROES) {
          Arrays.fill(grain, within, within + part, (byte) 0);
        }
        grains.put(at / GRAIN, grain);
      }
      at += part;
    }
  }
}
