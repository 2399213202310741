/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReservationRecordTest {

  private static final Registrant A = new Registrant(new InitiatorPort("iqn.a", 0x8001), 1);
  private static final Registrant B = new Registrant(new InitiatorPort("iqn.a", 0x8002), 2);

  private static ReservationState state(ReservationType type) {
    Map<Registrant, Long> keys = new LinkedHashMap<>();
    keys.put(A, 0xAL);
    keys.put(B, -1L);
    return new ReservationState(7, true, keys, type.heldByAll() ? null : B, type);
  }

  @ParameterizedTest
  @EnumSource
  void allButTheGenerationComesBack(ReservationType type) throws IOException {
    ReservationState before = state(type);

    ReservationState after = ReservationRecord.decode(ReservationRecord.encode(before));

    assertThat(after)
        .isEqualTo(new ReservationState(0, true, before.keys(), before.holder(), type));
    assertThat(after.keys().keySet()).containsExactly(A, B);
  }

  @Test
  void theLayoutStays() {
    assertThat(HexFormat.of().formatHex(ReservationRecord.encode(state(ReservationType.find(3)))))
        .isEqualTo(
            "010300020001"
                + "000000000000000a0001000000000000800100"
                + "0569716e2e61"
                + "ffffffffffffffff0002000000000000800200"
                + "0569716e2e61");
  }

  @Test
  void whatIsNotActivatedIsAnEmptyRecord() throws IOException {
    ReservationState state = new ReservationState(7, false, Map.of(A, 1L), null, null);

    assertThat(ReservationRecord.encode(state)).isEmpty();
    assertThat(ReservationRecord.decode(new byte[0])).isEqualTo(ReservationState.NONE);
  }

  @Test
  void everyOtherLengthIsRefused() {
    byte[] whole = ReservationRecord.encode(state(ReservationType.WRITE_EXCLUSIVE));
    for (int length = 1; length <= whole.length + 1; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      if (length != whole.length) {
        assertThatThrownBy(() -> ReservationRecord.decode(part)).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void whatContradictsItselfIsRefused() {
    byte[] whole = ReservationRecord.encode(state(ReservationType.WRITE_EXCLUSIVE));
    refused(whole, 0, 2);
    refused(whole, 1, 2);
    refused(whole, 1, 0);
    refused(whole, 1, 7);
    refused(whole, 5, 2);
    refused(whole, 13, 0);
  }

  private static void refused(byte[] whole, int index, int value) {
    byte[] changed = whole.clone();
    changed[index] = (byte) value;
    assertThatThrownBy(() -> ReservationRecord.decode(changed))
        .as("byte %d is %d", index, value)
        .isInstanceOf(IOException.class);
  }

  @Test
  void whateverBytesComeAreReadOrRefused() {
    Random random = new Random(20261126);
    byte[] whole = ReservationRecord.encode(state(ReservationType.WRITE_EXCLUSIVE));
    int refused = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      try {
        ReservationState state = ReservationRecord.decode(bytes);
        assertThat(state.type() == null || !state.keys().isEmpty()).isTrue();
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
