/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.CopyBench.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.core.block.BlockException.Kind;
import io.lunette.core.block.MemoryBlockDevice.Operation;
import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies by ROD token. */
class TokenTest {

  private static final int IMMED = 1;
  private static final int RTV = 2;
  private static final int DEL_TKN = 2;

  private final CopyBench bench = new CopyBench();
  private final CopyBench.Unit source = bench.unit(8 * MIB, 512);
  private final CopyBench.Unit target = bench.unit(8 * MIB, 512);
  private final CopyBench.Host alice = bench.host("alice").sees(0, source).sees(1, target);
  private final CopyBench.Host bob = bench.host("bob").sees(0, target);

  private static byte[] token(CopyBench.Host host, int lun, byte[] list) {
    host.populate(lun, 1, list).good();
    ByteBuffer information = host.tokenInformation(lun, 1).reply();
    assertThat(information.get(4)).as("service action").isEqualTo((byte) 0x10);
    assertThat(information.get(5)).as("completed").isEqualTo((byte) 1);
    assertThat(information.getInt(32)).as("descriptor").isEqualTo(514);
    assertThat(information.getInt(0)).isEqualTo(information.limit() - 4);
    return Arrays.copyOfRange(information.array(), 38, 38 + 512);
  }

  private static byte[] refused(CopyBench.Host host, byte[] token, Sense expected) {
    host.writeUsingToken(0, 2, TokenLists.write(token, 0, 8)).sense(expected);
    return token;
  }

  @Test
  void whoeverHoldsATokenCopiesWhatItStandsFor() {
    byte[] data = source.fill(100, 3000, 1);

    byte[] token = token(alice, 0, TokenLists.populate(100, 3000));
    bob.writeUsingToken(0, 2, TokenLists.write(token, 4000, 3000)).good();

    assertThat(target.blocks(4000, 3000)).isEqualTo(data);
    ByteBuffer information = bob.tokenInformation(0, 2).reply();
    assertThat(information.get(4)).isEqualTo((byte) 0x11);
    assertThat(information.get(5)).isEqualTo((byte) 1);
    assertThat(information.get(15) & 0xFF).isEqualTo(0xF1);
    assertThat(information.getLong(16)).as("blocks").isEqualTo(3000);
    assertThat(information.getInt(32)).isZero();
  }

  @Test
  void aTokenIsGenericAndNamesItsMaker() {
    ByteBuffer token = ByteBuffer.wrap(token(alice, 0, TokenLists.populate(0, 8)));
    byte[] another = token(alice, 0, TokenLists.populate(0, 8));

    assertThat(token.getInt(0)).as("change vulnerable").isEqualTo(0x0080_0001);
    assertThat(token.getShort(6)).isEqualTo((short) 0x1F8);
    assertThat(token.get(16) & 0xFF).isEqualTo(0xE4);
    byte[] designator = new byte[12];
    token.get(20, designator);
    assertThat(designator).isEqualTo(alice.designator(0));
    assertThat(token.getLong(56)).isEqualTo(8 * 512);
    assertThat(token.getInt(96)).isEqualTo(512);
    assertThat(token.slice(256, 256)).isNotEqualTo(ByteBuffer.wrap(another, 256, 256).slice());
    assertThat(token.getLong(8)).isNotEqualTo(ByteBuffer.wrap(another).getLong(8));
  }

  @Test
  void rangesAndOffsetsAreCountedThroughBothLists() {
    byte[] data = source.fill(0, 4000, 1);
    byte[] token = token(alice, 0, TokenLists.populate(1000, 100, 0, 300, 3000, 50));

    bob.writeUsingToken(0, 2, TokenLists.write(0, 90, token, 10, 5, 500, 320, 7000, 7)).good();

    assertThat(target.blocks(10, 5)).isEqualTo(slice(data, 1090, 5));
    assertThat(target.blocks(500, 5)).isEqualTo(slice(data, 1095, 5));
    assertThat(target.blocks(505, 300)).isEqualTo(slice(data, 0, 300));
    assertThat(target.blocks(805, 15)).isEqualTo(slice(data, 3000, 15));
    assertThat(target.blocks(7000, 7)).isEqualTo(slice(data, 3015, 7));
  }

  private static byte[] slice(byte[] data, int lba, int blocks) {
    return Arrays.copyOfRange(data, lba * 512, (lba + blocks) * 512);
  }

  @Test
  void askingForMoreThanThereIsCopiesWhatThereIs() {
    byte[] data = source.fill(0, 10, 1);
    byte[] token = token(alice, 0, TokenLists.populate(0, 10));

    bob.writeUsingToken(0, 2, TokenLists.write(0, 4, token, 0, 20)).good();

    assertThat(target.blocks(0, 6)).isEqualTo(slice(data, 4, 6));
    assertThat(target.blocks(6, 14)).containsOnly(0);
    ByteBuffer information = bob.tokenInformation(0, 2).reply();
    assertThat(information.get(5)).as("partial").isEqualTo((byte) 3);
    assertThat(information.getLong(16)).isEqualTo(6);
    assertThat(bob.writeUsingToken(0, 3, TokenLists.write(0, 10, token, 0, 20)).outcome())
        .isEqualTo(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(8));
    assertThat(bob.writeUsingToken(0, 3, TokenLists.write(0, -1, token, 0, 20)).outcome())
        .isEqualTo(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(8));
  }

  @Test
  void offsetsCountBlocksOfTheDestinationAndALastBlockIsFilledWithZeroes() {
    CopyBench.Unit large = bench.unit(MIB, 4096);
    large.fill(0, 16, 9);
    bob.sees(4, large);
    byte[] data = source.fill(0, 20, 1);
    byte[] token = token(alice, 0, TokenLists.populate(0, 20));

    bob.writeUsingToken(4, 2, TokenLists.write(0, 1, token, 3, 9)).good();

    assertThat(large.blocks(3, 2)).isEqualTo(Arrays.copyOf(slice(data, 8, 12), 8192));
    assertThat(bob.tokenInformation(4, 2).reply().getLong(16)).isEqualTo(2);
    byte[] torn = token(alice, 0, TokenLists.populate(0, 4, 8, 12));
    bob.writeUsingToken(4, 3, TokenLists.write(torn, 0, 2))
        .sense(Sense.INVALID_FIELD_IN_PARAMETERS);
  }

  @Test
  void theZeroTokenNeedsNoMakerAndTakesNoSpace() throws Exception {
    target.fill(0, 16384, 1);

    bob.writeUsingToken(0, 2, TokenLists.write(TokenLists.zero(), 8, 1000, 8000, 8)).good();

    assertThat(target.blocks(8, 1000)).containsOnly(0);
    assertThat(target.blocks(8000, 8)).containsOnly(0);
    assertThat(target.blocks(0, 8)).isEqualTo(slice(TestUnit.pattern(16384 * 512, 1), 0, 8));
    assertThat(target.device.provisioning(8 * 512).mapped()).isFalse();
    assertThat(bob.tokenInformation(0, 2).reply().getLong(16)).isEqualTo(1008);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2A 00 00000069 00 0001 00",
        "8E 00 0000000000000069 00000001 00 00",
        "41 00 00000069 00 0001 00",
        "93 09 0000000000000060 00000020 00 00",
        "89 00 0000000000000069 000000 01 00 00",
        "8B 00 0000000000000069 00000001 00 00",
        "9C 00 0000000000000069 0000 0001 00 00",
        "48 02 00000000 00 0000 00"
      })
  void aWriteToWhatATokenStandsForEndsIt(String write) {
    source.fill(100, 8, 1);
    byte[] token = token(alice, 0, TokenLists.populate(100, 8));
    byte[] apart = token(alice, 0, TokenLists.populate(4, 8));

    byte[] data = new byte[write.startsWith("89") ? 1024 : write.startsWith("93") ? 0 : 512];
    if (write.startsWith("89")) {
      System.arraycopy(source.blocks(105, 1), 0, data, 0, 512);
    }
    alice.send(0, data, write).good();

    refused(bob, token, Sense.TOKEN_CANCELLED);
    if (write.startsWith("48")) {
      refused(bob, apart, Sense.TOKEN_CANCELLED);
    } else {
      bob.writeUsingToken(0, 2, TokenLists.write(apart, 0, 8)).good();
    }
  }

  @Test
  void unmappingAndCopyingAreWritesToo() {
    byte[] unmapped = token(alice, 0, TokenLists.populate(100, 8));
    byte[] overwritten = token(alice, 0, TokenLists.populate(200, 8));
    byte[] list = ByteBuffer.allocate(24).putShort(0, (short) 22).putShort(2, (short) 16).array();
    ByteBuffer.wrap(list).putLong(8, 96).putInt(16, 8);

    alice.send(0, list, "42 00 00000000 00 0018 00").good();
    alice.copy(0, CopyLists.lid1(5).segment(0xFFFF, 0xFFFF, 8, 300, 207)).good();

    refused(bob, unmapped, Sense.TOKEN_CANCELLED);
    refused(bob, overwritten, Sense.TOKEN_CANCELLED);
  }

  @Test
  void nothingStandsBeforeTheDeviceWhenNoTokenIsOut() {
    Object bare = source.unit.device();
    byte[] token = token(alice, 0, TokenLists.populate(100, 8));
    assertThat(source.unit.device()).isNotSameAs(bare);
    assertThat(target.unit.device()).isSameAs(target.device);

    bob.writeUsingToken(0, 2, TokenLists.write(DEL_TKN, 0, token, 0, 8)).good();

    assertThat(source.unit.device()).isSameAs(bare);
    refused(bob, token, Sense.TOKEN_DELETED);
  }

  @Test
  void aTokenEndsWhenNobodyUsesItAndAfterItsLifetime() {
    byte[] token = token(alice, 0, TokenLists.populateWith(0, 30, 0, 0, 8));
    for (int i = 0; i < 130; i++) {
      bench.pass(Duration.ofSeconds(27));
      bob.writeUsingToken(0, 2, TokenLists.write(token, 0, 8)).good();
    }

    bench.pass(Duration.ofSeconds(31));
    refused(bob, token, Sense.TOKEN_EXPIRED);

    byte[] used = token(alice, 0, TokenLists.populateWith(0, 600, 0, 0, 8));
    for (int i = 0; i < 6; i++) {
      bench.pass(Duration.ofSeconds(599));
      bob.writeUsingToken(0, 2, TokenLists.write(used, 0, 8)).good();
    }
    bench.pass(Duration.ofSeconds(7));
    refused(bob, used, Sense.TOKEN_EXPIRED);
  }

  @Test
  void aWriteClearsAwayWhatHasExpired() {
    byte[] token = token(alice, 0, TokenLists.populate(100, 8));

    bench.pass(Duration.ofSeconds(61));
    alice.send(0, new byte[512], "2A 00 00000000 00 0001 00").good();

    assertThat(source.unit.device()).isSameAs(source.device);
    refused(bob, token, Sense.TOKEN_EXPIRED);
  }

  @Test
  void noBitOfATokenCanBeWrong() {
    byte[] token = token(alice, 0, TokenLists.populate(0, 8));

    for (int at = 8; at < 512; at++) {
      byte[] forged = token.clone();
      forged[at] ^= 1;
      refused(bob, forged, Sense.TOKEN_UNKNOWN);
    }
    byte[] unsupported = token.clone();
    unsupported[1] = 1;
    refused(bob, unsupported, Sense.UNSUPPORTED_TOKEN_TYPE);
    byte[] length = token.clone();
    length[7]++;
    refused(bob, length, Sense.INVALID_TOKEN_LENGTH);
    bob.writeUsingToken(0, 2, TokenLists.write(token, 0, 8)).good();
    bob.writeUsingToken(0, 2, TokenLists.write(DEL_TKN, 0, token, 0, 8)).good();
    token[300] ^= 1;
    refused(bob, token, Sense.TOKEN_UNKNOWN);
  }

  @Test
  void aTokenDiesWithTheMappingItWasMadeThroughButNotWithTheSession() {
    byte[] data = source.fill(0, 8, 1);
    byte[] token = token(alice, 0, TokenLists.populate(0, 8));
    CopyBench.Host carol = bench.host("carol").sees(0, source);
    byte[] kept = token(carol, 0, TokenLists.populate(0, 8));

    alice.loses(0);
    carol.leaves(0);

    refused(bob, token, Sense.TOKEN_CANCELLED);
    assertThat(target.device.calls()).isEmpty();
    bob.writeUsingToken(0, 2, TokenLists.write(kept, 0, 8)).good();
    assertThat(target.blocks(0, 8)).isEqualTo(data);
  }

  @Test
  void aTokenReadsByTheRightsOfItsMaker() {
    source.fill(0, 8, 1);
    byte[] token = token(alice, 0, TokenLists.populate(0, 8));
    CopyBench.Host carol = bench.host("carol").sees(0, source);

    carol.send(0, "16 00 00 00 00 00").good();

    assertThat(bob.writeUsingToken(0, 2, TokenLists.write(token, 0, 8)).outcome())
        .isEqualTo(Sense.COPY_FAILED.forwarding(true, Outcome.RESERVATION_CONFLICT));
    assertThat(alice.populate(0, 9, TokenLists.populate(0, 8)).outcome())
        .isEqualTo(Outcome.RESERVATION_CONFLICT);
    assertThat(target.device.calls()).isEmpty();
  }

  @Test
  void aReadOnlyMappingMakesTokensAndTakesNone() {
    CopyBench.Host carol = bench.host("carol").seesReadOnly(0, source);
    byte[] data = source.fill(0, 8, 1);
    byte[] token = token(carol, 0, TokenLists.populate(0, 8));

    carol.writeUsingToken(0, 2, TokenLists.write(token, 100, 8)).sense(Sense.WRITE_PROTECTED);
    carol
        .writeUsingToken(0, 3, TokenLists.write(TokenLists.zero(), 0, 8))
        .sense(Sense.WRITE_PROTECTED);
    bob.writeUsingToken(0, 2, TokenLists.write(token, 0, 8)).good();

    assertThat(source.blocks(0, 8)).isEqualTo(data);
    assertThat(target.blocks(0, 8)).isEqualTo(data);
  }

  @Test
  void theEldestTokenOfAUnitGivesWay() {
    byte[] eldest = token(alice, 0, TokenLists.populate(0, 8));
    byte[] second = token(alice, 0, TokenLists.populate(0, 8));
    for (int i = 0; i < 63; i++) {
      token(alice, 0, TokenLists.populate(0, 8));
    }

    refused(bob, eldest, Sense.TOKEN_CANCELLED);
    bob.writeUsingToken(0, 2, TokenLists.write(second, 0, 8)).good();
  }

  @Test
  void badListsAreRefused() {
    byte[] token = token(alice, 0, TokenLists.populate(0, 8));
    Sense invalid = Sense.INVALID_FIELD_IN_PARAMETERS;
    long[] many = new long[130];
    for (int i = 0; i < many.length; i += 2) {
      many[i] = i;
      many[i + 1] = 1;
    }

    assertThat(alice.populate(0, 2, Initiator.NOTHING).outcome()).isEqualTo(Outcome.GOOD);
    alice.populate(0, 2, new byte[15]).sense(Sense.PARAMETER_LIST_LENGTH);
    populateRefused(TokenLists.populate(), invalid.atParameter(0));
    populateRefused(TokenLists.populateWith(0, 601, 0, 0, 8), invalid.atParameter(4));
    populateRefused(TokenLists.populateWith(RTV, 0, 0x0001_0000, 0, 8), invalid.atParameter(8));
    populateRefused(TokenLists.populateWith(RTV, 0, 0x0080_0002, 0, 8), invalid.atParameter(8));
    populateRefused(TokenLists.populate(0, 8, 4, 8), invalid.atParameter(16));
    populateRefused(TokenLists.populate(many), Sense.TOO_MANY_SEGMENT_DESCRIPTORS);
    populateRefused(TokenLists.populate(16383, 2), Sense.LBA_OUT_OF_RANGE);
    populateRefused(TokenLists.populate(-1, 1), Sense.LBA_OUT_OF_RANGE);
    bob.writeUsingToken(0, 2, new byte[535]).sense(Sense.PARAMETER_LIST_LENGTH);
    writeRefused(TokenLists.write(token), invalid.atParameter(0));
    writeRefused(TokenLists.write(token, 0, 8, 4, 8), invalid.atParameter(536));
    writeRefused(TokenLists.write(token, many), Sense.TOO_MANY_SEGMENT_DESCRIPTORS);
    writeRefused(TokenLists.write(token, 16383, 2), Sense.LBA_OUT_OF_RANGE);
    byte[] lengths = TokenLists.write(token, 0, 8);
    lengths[1]++;
    writeRefused(lengths, invalid.atParameter(534));
    assertThat(target.device.calls()).isEmpty();
    alice.populate(0, 2, TokenLists.populateWith(RTV, 0, 0x0080_0000, 0, 8)).good();
  }

  private void populateRefused(byte[] list, Sense expected) {
    assertThat(alice.populate(0, 2, list).outcome()).isEqualTo(expected);
  }

  private void writeRefused(byte[] list, Sense expected) {
    assertThat(bob.writeUsingToken(0, 2, list).outcome()).isEqualTo(expected);
  }

  @Test
  void aTokenIsToldOnceAndOnlyWhole() {
    alice.populate(0, 1, TokenLists.populate(0, 8)).good();

    assertThat(alice.send(0, "84 07 00000001 00000000 00000040 00 00").data()).hasSize(64);
    assertThat(alice.tokenInformation(0, 1).data()).hasSize(36 + 514);
    alice.tokenInformation(0, 1).invalidField(2, 7);
    bob.tokenInformation(0, 1).invalidField(2, 7);
  }

  @Test
  void aWriteUnderWayIsPartOfTheTokenOrEndsIt() {
    Queue<Runnable> held = new ArrayDeque<>();
    CopyBench.Unit slow = bench.unit(held::add);
    alice.sees(3, slow);

    TestTask write = alice.send(3, new byte[512], "2A 00 00000000 00 0001 00");
    TestTask populate = alice.populate(3, 1, TokenLists.populateWith(IMMED, 0, 0, 0, 8));
    populate.good();
    assertThat(alice.tokenInformation(3, 1).reply().get(5)).as("waits").isEqualTo((byte) 0x12);
    held.remove().run();

    write.good();
    byte[] token = Arrays.copyOfRange(alice.tokenInformation(3, 1).bytes(), 38, 550);
    TestTask use = bob.writeUsingToken(0, 2, TokenLists.write(token, 0, 8));
    held.remove().run();
    use.good();
  }

  @Test
  void aWriteWhileATokenIsReadKeepsWhatWasReadFromBeingWritten() {
    Queue<Runnable> held = new ArrayDeque<>();
    CopyBench.Unit slow = bench.unit(held::add);
    slow.fill(0, 8192, 1);
    alice.sees(3, slow);
    byte[] token = token(alice, 3, TokenLists.populate(0, 8192));

    TestTask use = bob.writeUsingToken(0, 2, TokenLists.write(token, 0, 8192));
    alice.send(3, new byte[512], "2A 00 00001FFF 00 0001 00");
    while (!held.isEmpty()) {
      held.remove().run();
    }

    use.sense(Sense.TOKEN_CANCELLED);
    assertThat(target.device.calls()).isEmpty();
    assertThat(bob.tokenInformation(0, 2).reply().getLong(16)).isZero();
  }

  @Test
  void failuresOfADeviceAreTheCommandsOwn() {
    source.fill(0, 8, 1);
    byte[] token = token(alice, 0, TokenLists.populate(0, 8));

    target.device.failNext(Operation.WRITE, Kind.OUT_OF_SPACE);
    bob.writeUsingToken(0, 2, TokenLists.write(token, 0, 8)).sense(Sense.SPACE_ALLOCATION_FAILED);
    ByteBuffer information = bob.tokenInformation(0, 2).reply();
    assertThat(information.get(5)).isEqualTo((byte) 2);
    assertThat(information.get(32 + 12)).isEqualTo((byte) 0x27);
    source.device.failNext(Operation.READ, Kind.MEDIUM_READ);
    bob.writeUsingToken(0, 2, TokenLists.write(token, 0, 8)).sense(Sense.UNRECOVERED_READ);
    source.device.failNext(Operation.READ, Kind.GONE);
    refused(bob, token, Sense.TOKEN_CANCELLED);
    refused(bob, token, Sense.TOKEN_CANCELLED);
  }
}
