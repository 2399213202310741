/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {

  private final Queue<Runnable> thread = new ArrayDeque<>();
  private final List<Throwable> defects = new ArrayList<>();
  private final SerialExecutor endless = new SerialExecutor(thread::add, defects::add);
  private final SerialExecutor other = new SerialExecutor(thread::add, defects::add);

  private int steps;

  private void goOn() {
    if (++steps > 100_000) {
      throw new AssertionError("the thread is never given back");
    }
    endless.execute(this::goOn);
  }

  @Test
  void oneWhoseStepsNeverEndLetsOthersHaveTheThread() {
    List<String> done = new ArrayList<>();
    goOn();
    other.execute(() -> done.add("the other"));

    thread.remove().run();
    thread.remove().run();

    assertThat(done).containsExactly("the other");
    assertThat(thread).as("goes on later").hasSize(1);
  }
}
