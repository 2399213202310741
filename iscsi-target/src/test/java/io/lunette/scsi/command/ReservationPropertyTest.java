/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.MemoryUnitStateStore;
import io.lunette.scsi.device.ReservationState;
import io.lunette.scsi.device.TransportId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random PERSISTENT RESERVE OUT commands of several initiators, with restarts in between, against
 * {@link ReservationModel}: outcomes, keys, holder, who may read and write, who is told what.
 */
class ReservationPropertyTest {

  private static final int INITIATORS = 4;
  private static final int STEPS = 400;
  private static final int[] TYPES = {1, 3, 5, 6, 7, 8};
  private static final String READ = "28 00 00000000 00 0001 00";
  private static final String WRITE = "2A 00 00000000 00 0001 00";

  private final MemoryUnitStateStore store = new MemoryUnitStateStore();
  private final ReservationModel model = new ReservationModel(INITIATORS);
  private final List<Initiator> initiators = new ArrayList<>();
  private TestUnit unit;

  static IntStream seeds() {
    return IntStream.range(0, 60);
  }

  private void restart() {
    unit = TestUnit.restored(store);
    initiators.clear();
    initiators.add(unit.initiator);
    for (int i = 1; i < INITIATORS; i++) {
      initiators.add(unit.another("i" + i));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anySequenceOfCommandsDoesWhatTheTablesSay(int seed) {
    Random random = new Random(seed);
    restart();
    for (int step = 0; step < STEPS; step++) {
      if (random.nextInt(40) == 0) {
        model.restart();
        restart();
      }
      step(random, "seed " + seed + ", step " + step);
    }
  }

  private void step(Random random, String when) {
    int by = random.nextInt(INITIATORS);
    receiveAttentions(by, when);
    long key = random.nextInt(8) == 0 ? random.nextInt(4) : model.keys[by];
    long other = random.nextInt(4);
    int type = TYPES[random.nextInt(TYPES.length)];
    boolean keep = random.nextInt(3) > 0;
    int action = random.nextInt(8);
    Outcome expected =
        switch (action) {
          case 0 -> model.register(by, key, other, keep);
          case 1 -> model.reserve(by, key, type);
          case 2 -> {
            type = random.nextInt(4) > 0 && model.type != 0 ? model.type : type;
            yield model.release(by, key, type);
          }
          case 3 -> random.nextInt(4) > 0 ? null : model.clear(by, key);
          case 4, 5 -> model.preempt(by, key, other, type);
          case 6 -> model.register(by, null, other, keep);
          default -> null;
        };
    if (action == 7) {
      move(random, by, key, other, keep, when);
    } else if (expected != null) {
      byte[] list =
          ByteBuffer.allocate(24)
              .putLong(key)
              .putLong(other)
              .put(20, (byte) (keep ? 1 : 0))
              .array();
      TestTask task = initiators.get(by).send(list, "5F %02X %02X 0000 00000018 00", action, type);
      initiators.forEach(each -> each.aborts().forEach(Runnable::run));
      initiators.forEach(each -> each.aborts().clear());
      assertThat(task.outcome()).as(when + ", service action " + action).isEqualTo(expected);
    }
    compare(when);
  }

  private void move(Random random, int by, long key, long newKey, boolean keep, String when) {
    int to = random.nextInt(INITIATORS);
    boolean unregister = random.nextBoolean();
    byte[] id = TransportId.of(initiators.get(to).nexus().port());
    byte[] list =
        ByteBuffer.allocate(24 + id.length)
            .putLong(key)
            .putLong(newKey)
            .put((byte) 0)
            .put((byte) ((unregister ? 2 : 0) | (keep ? 1 : 0)))
            .putShort((short) 1)
            .putInt(id.length)
            .put(id)
            .array();
    TestTask task = initiators.get(by).send(list, "5F 07 00 0000 %08X 00", list.length);
    assertThat(task.outcome())
        .as(when + ", move")
        .isEqualTo(model.move(by, key, newKey, to, unregister, keep));
  }

  private void receiveAttentions(int one, String when) {
    for (Sense expected : model.attentions.get(one)) {
      assertThat(initiators.get(one).send("00 00 00 00 00 00").outcome())
          .as(when + ", attention of " + one)
          .isEqualTo(expected);
    }
    model.attentions.get(one).clear();
    assertThat(initiators.get(one).send("00 00 00 00 00 00").outcome())
        .as(when + ", no attention of " + one)
        .isEqualTo(Outcome.GOOD);
  }

  private void compare(String when) {
    ReservationState state = unit.unit.persistentReservations().state();
    assertThat(state.generation()).as(when).isEqualTo(model.generation);
    assertThat(state.type() == null ? 0 : state.type().code()).as(when).isEqualTo(model.type);
    assertThat(state.keptOverPowerLoss()).as(when + ", APTPL").isEqualTo(model.kept);
    for (int i = 0; i < INITIATORS; i++) {
      Initiator one = initiators.get(i);
      assertThat(state.keyOf(one.nexus().registrant())).as(when).isEqualTo(model.keys[i]);
      assertThat(state.isHeldBy(one.nexus().registrant())).as(when).isEqualTo(model.holds(i));
      if (model.attentions.get(i).isEmpty()) {
        admits(one.send(READ), model.mayRead(i), when + ", read of " + i);
        admits(one.send(new byte[512], WRITE), model.mayWrite(i), when + ", write of " + i);
      }
    }
    assertThat(Map.copyOf(state.keys())).as(when).doesNotContainValue(0L);
  }

  private static void admits(TestTask task, boolean admitted, String when) {
    assertThat(task.outcome())
        .as(when)
        .isEqualTo(admitted ? Outcome.GOOD : Outcome.RESERVATION_CONFLICT);
  }
}
