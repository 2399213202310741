/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.volume.InitiatorName;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class UnitIdentityTest {

  private static final UUID VOLUME = UUID.fromString("6f1c5b0e-3f7a-4d0a-9d6b-1f2e3d4c5b6a");
  private static final InitiatorName A = new InitiatorName("iqn.2026-11.test:a");
  private static final InitiatorName B = new InitiatorName("iqn.2026-11.test:b");

  /** Serial numbers are in the configurations of servers: they must not change. */
  @Test
  void isTheHashOfTheInitiatorUnderTheVolume() {
    assertThat(UnitIdentity.ofSealed(VOLUME, A))
        .hasToString("8a39cdac-6219-8b03-8b2c-f1d90a7445dc");
  }

  @Test
  void differsByInitiatorAndByVolume() {
    UUID other = new UUID(VOLUME.getMostSignificantBits(), 1);

    assertThat(UnitIdentity.ofSealed(VOLUME, A))
        .isNotEqualTo(UnitIdentity.ofSealed(VOLUME, B))
        .isNotEqualTo(UnitIdentity.ofSealed(other, A))
        .isNotEqualTo(VOLUME);
  }

  @Test
  void isAUuidOfTheMakersOwn() {
    UUID unit = UnitIdentity.ofSealed(VOLUME, B);

    assertThat(unit.version()).isEqualTo(8);
    assertThat(unit.variant()).isEqualTo(2);
  }
}
