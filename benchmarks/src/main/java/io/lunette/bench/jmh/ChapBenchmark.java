/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.login.ChapChallenges;
import io.lunette.iscsi.login.Login;
import io.lunette.iscsi.login.LoginPolicy;
import io.lunette.iscsi.login.Redirection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The security stage of a login by CHAP, both sides of it: three requests (RFC 7143 §12.1.3). */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ChapBenchmark {

  private static final String TARGET = "iqn.2026-11.io.lunette:bench";
  private static final ChapCredentials INITIATOR =
      ChapCredentials.chosen(
          "initiator", "a secret of the initiator".getBytes(StandardCharsets.US_ASCII));

  /** Its number and its name in the JDK. */
  @Param({"5=MD5", "6=SHA-1", "7=SHA-256", "8=SHA3-256"})
  public String algorithm;

  private final ChapChallenges challenges = new ChapChallenges(new SecureRandom());
  private final Login.Entrance entrance =
      new Login.Entrance(new InetSocketAddress(InetAddress.getLoopbackAddress(), 3260), 1, true);

  /** Every initiator has to prove itself. */
  private static final LoginPolicy POLICY =
      new LoginPolicy() {
        @Override
        public String targetName() {
          return TARGET;
        }

        @Override
        public Optional<ChapCredentials> credentialsOf(InitiatorName initiator) {
          return Optional.of(INITIATOR);
        }

        @Override
        public Optional<ChapCredentials> targetCredentialsFor(InitiatorName initiator) {
          return Optional.empty();
        }

        @Override
        public Optional<Redirection> redirectionOf(
            InitiatorName initiator, InetSocketAddress local) {
          return Optional.empty();
        }
      };

  /** From the first request to the proof. */
  @Benchmark
  public Login.Reply prove() throws NoSuchAlgorithmException {
    int equals = algorithm.indexOf('=');
    Login login = new Login(POLICY, challenges, entrance);
    login.request(
        Login.SECURITY,
        Login.SECURITY,
        false,
        Map.of(
            "InitiatorName",
            "iqn.1993-08.org.debian:01:bench",
            "TargetName",
            TARGET,
            "SessionType",
            "Normal",
            "AuthMethod",
            "CHAP"));
    Map<String, String> asked =
        login
            .request(
                Login.SECURITY,
                Login.SECURITY,
                false,
                Map.of("CHAP_A", algorithm.substring(0, equals)))
            .text();
    MessageDigest digest = MessageDigest.getInstance(algorithm.substring(equals + 1));
    digest.update((byte) Integer.parseInt(asked.get("CHAP_I")));
    digest.update(INITIATOR.secret());
    byte[] response = digest.digest(HexFormat.of().parseHex(asked.get("CHAP_C").substring(2)));
    Login.Reply proved =
        login.request(
            Login.SECURITY,
            Login.OPERATIONAL,
            true,
            Map.of(
                "CHAP_N", INITIATOR.user(), "CHAP_R", "0x" + HexFormat.of().formatHex(response)));
    login.close();
    if (!proved.transit()) {
      throw new IllegalStateException("the login failed: " + proved);
    }
    return proved;
  }
}
