/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import static io.lunette.scsi.command.CopyBench.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.scsi.Sense;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The place for ROD tokens is bounded, and an initiator that wants all of it has only its own. */
class TokenShareTest {

  private static final int MOST = 1024;
  private static final int MOST_OF_UNIT = 64;

  private final CopyBench bench = new CopyBench();
  private final CopyBench.Unit own = bench.unit(MIB, 512);
  private final CopyBench.Unit target = bench.unit(MIB, 512);
  private final CopyBench.Host alice = bench.host("alice").sees(0, own).sees(1, target);
  private final CopyBench.Host mallory = bench.host("mallory");

  private static byte[] token(CopyBench.Host host, int lun) {
    host.populate(lun, 1, TokenLists.populate(0, 8)).good();
    return Arrays.copyOfRange(host.tokenInformation(lun, 1).data(), 38, 38 + 512);
  }

  /** As many as there is room for, twice; returns the first one. */
  private byte[] flood() {
    byte[] first = null;
    for (int lun = 0; lun < 2 * MOST / MOST_OF_UNIT + 2; lun++) {
      mallory.sees(lun, bench.unit(MIB, 512));
      for (int i = 0; i < MOST_OF_UNIT; i++) {
        byte[] token = token(mallory, lun);
        first = first == null ? token : first;
      }
    }
    return first;
  }

  private TestTask use(byte[] token) {
    return alice.writeUsingToken(1, 2, TokenLists.write(token, 0, 8));
  }

  @Test
  void theTokensOfOneStayHoweverManyAnotherMakes() {
    byte[] data = own.fill(0, 8, 1);
    byte[] token = token(alice, 0);

    byte[] first = flood();

    use(token).good();
    assertThat(target.blocks(0, 8)).isEqualTo(data);
    use(first).sense(Sense.TOKEN_UNKNOWN);
  }

  @Test
  void whoComesLaterFindsPlace() {
    flood();

    use(token(alice, 0)).good();
  }

  @Test
  void whyATokenOfOneEndedIsRememberedHoweverManyOfAnotherEnd() {
    byte[] token = token(alice, 0);
    alice.writeUsingToken(0, 2, TokenLists.write(token, 0, 8)).good();
    use(token).sense(Sense.TOKEN_CANCELLED);

    flood();

    use(token).sense(Sense.TOKEN_CANCELLED);
  }
}
