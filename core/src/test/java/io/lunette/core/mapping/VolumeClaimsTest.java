/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.DomainException;
import io.lunette.core.volume.VolumeName;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class VolumeClaimsTest {

  private static final VolumeName SOURCE = new VolumeName("source");
  private static final VolumeName CLONE = new VolumeName("clone");
  private static final VolumeName OTHER = new VolumeName("other");

  private final VolumeClaims claims = new VolumeClaims();

  @Test
  void nothingIsMadeOfWhatIsBeingFilled() throws Exception {
    VolumeClaims.Claim filled = claims.take(SOURCE);

    assertBusy(() -> claims.takeFrom(SOURCE, CLONE));
    assertThatCode(() -> claims.requireFree(CLONE)).doesNotThrowAnyException();

    filled.close();
    assertThatCode(() -> claims.takeFrom(SOURCE, CLONE)).doesNotThrowAnyException();
  }

  @Test
  void nothingIsMadeOntoWhatIsBeingFilled() throws Exception {
    VolumeClaims.Claim filled = claims.take(CLONE);

    assertBusy(() -> claims.takeFrom(SOURCE, CLONE));

    filled.close();
    assertThatCode(() -> claims.takeFrom(SOURCE, CLONE)).doesNotThrowAnyException();
  }

  @Test
  void manyMayBeMadeOfOneAtOneTime() throws Exception {
    VolumeClaims.Claim one = claims.takeFrom(SOURCE, CLONE);

    assertThatCode(() -> claims.takeFrom(SOURCE, OTHER)).doesNotThrowAnyException();
    assertBusy(() -> claims.requireFree(CLONE));

    one.close();
    assertThatCode(() -> claims.requireFree(CLONE)).doesNotThrowAnyException();
  }

  private static void assertBusy(ThrowingCallable call) {
    DomainException refusal = catchThrowableOfType(DomainException.class, call);
    assertThat(refusal.kind()).isEqualTo(DomainException.Kind.BUSY);
  }
}
