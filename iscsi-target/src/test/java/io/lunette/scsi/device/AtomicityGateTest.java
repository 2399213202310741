/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AtomicityGateTest {

  private final AtomicityGate gate = new AtomicityGate();

  @Test
  void oneThatFailsAtItsStartKeepsNobodyOut() {
    List<String> inside = new ArrayList<>();
    assertThat(gate.tryEnter()).isTrue();
    gate.enter(
        true,
        () -> {
          gate.leaveAlone();
          throw new OutOfMemoryError("on purpose");
        });
    gate.enter(false, () -> inside.add("the next"));

    assertThatThrownBy(gate::leave).hasMessage("on purpose");

    assertThat(inside).containsExactly("the next");
    gate.leave();
    assertThat(gate.tryEnter()).isTrue();
  }
}
