/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The challenges that the logins of a target have out. A peer that sends one of them back, on the
 * connection it came by or on another, wants the target to answer itself (RFC 7143 §9.2.1).
 *
 * <p>Thread-safe; holds one challenge for each login under way.
 */
public final class ChapChallenges {

  private static final int CHALLENGE_BYTES = 32;

  private final SecureRandom random;
  private final Set<ByteBuffer> outstanding = ConcurrentHashMap.newKeySet();

  public ChapChallenges(SecureRandom random) {
    this.random = random;
  }

  int newIdentifier() {
    return random.nextInt(256);
  }

  /** A challenge that nobody has; to be retired when its login is over. */
  byte[] issue() {
    byte[] challenge = new byte[CHALLENGE_BYTES];
    do {
      random.nextBytes(challenge);
    } while (!outstanding.add(ByteBuffer.wrap(challenge)));
    return challenge;
  }

  boolean isOutstanding(byte[] challenge) {
    return outstanding.contains(ByteBuffer.wrap(challenge));
  }

  void retire(byte[] challenge) {
    outstanding.remove(ByteBuffer.wrap(challenge));
  }

  /** Challenges whose logins are not over. */
  public int outstanding() {
    return outstanding.size();
  }
}
