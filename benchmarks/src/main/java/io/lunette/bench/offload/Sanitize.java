/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.offload;

import io.lunette.libiscsi.InitiatorException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * SANITIZE (SBC-3), answered at once and followed by REQUEST SENSE until it has ended. It is about
 * the whole unit, of which the two spans were written; what is counted is what was written.
 */
final class Sanitize implements Offload {

  /** How. */
  enum Method {
    OVERWRITE(1, "overwrite"),
    BLOCK_ERASE(2, "block erase"),
    CRYPTOGRAPHIC_ERASE(3, "cryptographic erase");

    private final int serviceAction;
    private final String words;

    Method(int serviceAction, String words) {
      this.serviceAction = serviceAction;
      this.words = words;
    }

    int serviceAction() {
      return serviceAction;
    }
  }

  private static final int PATTERN = 0xa55ac33c;
  private static final byte[] ONCE_WITH_PATTERN = {
    1, 0, 0, Integer.BYTES, (byte) 0xa5, 0x5a, (byte) 0xc3, 0x3c
  };
  private static final long LIMIT_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final double WHOLE = 65_536;
  private static final int UNIT_ATTENTION = 6;

  private final Method method;

  Sanitize(Method method) {
    this.method = method;
  }

  @Override
  public String name() {
    return "erase: SANITIZE, " + method.words;
  }

  @Override
  public String plainName() {
    return PlainZero.NAME;
  }

  @Override
  public Optional<String> absence(OffloadUnit unit) {
    CommandSupport support = unit.abilities().sanitize().get(method);
    if (support.supported()) {
      return Optional.empty();
    }
    return Optional.of(
        (support.known() ? "the unit reports that it has no " : "nothing says that the unit has ")
            + "SANITIZE, "
            + method.words);
  }

  @Override
  public long bytes(OffloadUnit unit) {
    return 2 * unit.spanBytes();
  }

  @Override
  public void prepare(OffloadUnit unit) throws InitiatorException, CommandRefused {
    unit.beginGeneration();
    unit.fill(0);
    unit.fill(unit.spanBlocks());
  }

  @Override
  public String run(OffloadUnit unit) throws InitiatorException, CommandRefused {
    byte[] list = method == Method.OVERWRITE ? ONCE_WITH_PATTERN : new byte[0];
    byte[] cdb = Cdb.sanitize(method.serviceAction, list.length);
    var unused =
        unit.client()
            .ask(
                list.length == 0
                    ? ScsiCommand.without("SANITIZE", cdb)
                    : ScsiCommand.out("SANITIZE", cdb, list));
    return follow(unit);
  }

  private static String follow(OffloadUnit unit) throws InitiatorException, CommandRefused {
    long begun = System.nanoTime();
    boolean seen = false;
    int steps = 0;
    int last = -1;
    while (true) {
      SenseData sense = sense(unit);
      if (sense.isSanitizing()) {
        seen = true;
        if (sense.progress() > last) {
          last = sense.progress();
          steps++;
        }
      } else if (sense.key() == 0) {
        return seen ? progress(steps, last) : "over before REQUEST SENSE";
      } else if (sense.key() != UNIT_ATTENTION) {
        throw new CommandRefused("SANITIZE: " + sense);
      }
      if (System.nanoTime() - begun > LIMIT_NANOS) {
        throw new CommandRefused("SANITIZE: not over within an hour");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static String progress(int steps, int last) {
    return last <= 0
        ? "without progress"
        : "progress in " + steps + " steps to " + Math.round(last * 100 / WHOLE) + " %";
  }

  private static SenseData sense(OffloadUnit unit) throws InitiatorException, CommandRefused {
    return SenseData.of(
        unit.client()
            .ask(
                ScsiCommand.in(
                    "REQUEST SENSE",
                    Cdb.requestSense(SenseData.ALLOCATION_BYTES),
                    SenseData.ALLOCATION_BYTES,
                    ScsiCommand.DataWork.NONE)));
  }

  /** Overwriting leaves the pattern; what the others leave is the vendor's, but nothing old. */
  @Override
  public ReadBack check(OffloadUnit unit) throws InitiatorException, CommandRefused {
    if (method == Method.OVERWRITE) {
      return new PatternCheck(unit)
          .span(0, PATTERN)
          .span(unit.spanBlocks(), PATTERN)
          .outcome("the pattern");
    }
    AtomicLong left = new AtomicLong();
    AtomicLong zero = new AtomicLong();
    for (long first : new long[] {0, unit.spanBlocks()}) {
      unit.readBack(
          first,
          (lba, block) -> {
            if (unit.isAsWritten(lba, block)) {
              left.incrementAndGet();
            } else if (OffloadUnit.isZero(block)) {
              zero.incrementAndGet();
            }
          });
    }
    if (left.get() > 0) {
      return ReadBack.wrong(left + " blocks still hold what was written");
    }
    return ReadBack.sound(
        zero.get() == 2 * unit.spanBlocks() ? "zeroes" : "nothing of what was written");
  }
}
