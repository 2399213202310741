/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.TestUnit.MIB;
import static io.lunette.scsi.command.TestUnit.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.MemoryBlockDevice.Call;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Sense;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** SANITIZE, CRYPTOGRAPHIC ERASE, and how a unit tells that it has it. */
class SanitizeCryptoTest {

  private static final String CRYPTO_ERASE = "48 03 00000000 00 0000 00";
  private static final String CRYPTO_ERASE_AT_ONCE = "48 83 00000000 00 0000 00";
  private static final String CRYPTO_ERASE_WITH_AUSE = "48 23 00000000 00 0000 00";
  private static final String BLOCK_ERASE = "48 02 00000000 00 0000 00";
  private static final String EXIT_FAILURE_MODE = "48 1F 00000000 00 0000 00";
  private static final String READ = "28 00 00000000 00 0001 00";
  private static final String IS_CRYPTO_ERASE_SUPPORTED = "A3 0C 03 48 0003 00000040 00 00";
  private static final String CHARACTERISTICS = "12 01 B1 0040 00";

  @Test
  void theDeviceDestroysItsKeyAndNothingIsWritten() {
    TestUnit unit = new TestUnit(TestUnit.keyed(Runnable::run));
    unit.device.fill(0, pattern(4096, 1));

    unit.initiator.send(CRYPTO_ERASE).good();

    assertThat(unit.device.calls())
        .extracting(Call::operation)
        .containsExactly(Operation.CRYPTO_ERASE);
    assertThat(unit.device.bytes(0, (int) MIB)).containsOnly(0);
    unit.initiator.send(READ).good();
  }

  @Test
  void whileItRunsNothingElseGetsIn() {
    Queue<Runnable> held = new ArrayDeque<>();
    TestUnit unit = new TestUnit(TestUnit.keyed(held::add));

    unit.initiator.send(CRYPTO_ERASE_AT_ONCE).good();

    unit.initiator.send(READ).sense(Sense.SANITIZE_IN_PROGRESS.withProgress(0));
    held.remove().run();
    assertThat(unit.unit.notReady()).isNull();
  }

  @Test
  void afterAFailureTheUnitIsLostUntilAnotherSucceeds() {
    TestUnit unit = new TestUnit(TestUnit.keyed(Runnable::run));
    unit.device.failNext(Operation.CRYPTO_ERASE, Kind.MEDIUM_WRITE);

    unit.initiator.send(CRYPTO_ERASE).sense(Sense.SANITIZE_FAILED);

    unit.initiator.send(READ).sense(Sense.SANITIZE_FAILED);
    unit.initiator.send(EXIT_FAILURE_MODE).invalidField(1, 4);
    unit.initiator.send(BLOCK_ERASE).good();
    unit.initiator.send(READ).good();
  }

  @Test
  void aFailureThatAllowedItCanBeLeft() {
    TestUnit unit = new TestUnit(TestUnit.keyed(Runnable::run));
    unit.device.failNext(Operation.CRYPTO_ERASE, Kind.UNSUPPORTED);

    unit.initiator.send(CRYPTO_ERASE_WITH_AUSE).sense(Sense.SANITIZE_FAILED);

    unit.initiator.send(EXIT_FAILURE_MODE).good();
    unit.initiator.send(READ).good();
  }

  @Test
  void aParameterListIsRefused() {
    TestUnit unit = new TestUnit(TestUnit.keyed(Runnable::run));

    unit.initiator.send("48 03 00000000 00 0004 00").invalidField(7, 7);

    assertThat(unit.device.calls()).isEmpty();
  }

  @Test
  void aUnitWithoutAKeyDoesNotKnowTheCommand() {
    TestUnit unit = TestUnit.small();

    unit.initiator.send(CRYPTO_ERASE).invalidField(1, 4);

    assertThat(unit.initiator.send(IS_CRYPTO_ERASE_SUPPORTED).data()[1] & 7).isEqualTo(1);
    assertThat(unit.initiator.send(CHARACTERISTICS).data()[7]).isEqualTo((byte) 0x40);
  }

  @Test
  void aUnitWithAKeyTellsSo() {
    TestUnit unit = new TestUnit(TestUnit.keyed(Runnable::run));

    assertThat(unit.initiator.send(IS_CRYPTO_ERASE_SUPPORTED).data()[1] & 7).isEqualTo(3);
    assertThat(unit.initiator.send(CHARACTERISTICS).data()[7]).isEqualTo((byte) 0x50);
  }

  @Test
  void aRunThatARestartInterruptedBeginsAgain() {
    SanitizePlan plan = SanitizePlan.decode(SanitizePlan.cryptographicErase().encode());

    assertThat(plan.kind()).isEqualTo(SanitizePlan.Kind.CRYPTOGRAPHIC_ERASE);
    assertThat(SanitizePlan.decode(new byte[] {1, 1, 0, 0}).kind())
        .isEqualTo(SanitizePlan.Kind.BLOCK_ERASE);
    assertThat(SanitizePlan.decode(new byte[] {0, 2, 1, 7}))
        .returns(SanitizePlan.Kind.OVERWRITE, SanitizePlan::kind)
        .returns(2, SanitizePlan::passes);
  }
}
