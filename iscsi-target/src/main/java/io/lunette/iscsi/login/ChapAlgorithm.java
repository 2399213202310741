/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes of CHAP by their registered numbers (RFC 7143 §12.1.3, IANA PPP numbers), best first. */
enum ChapAlgorithm {
  SHA3_256(8, "SHA3-256"),
  SHA_256(7, "SHA-256"),
  SHA_1(6, "SHA-1"),
  MD5(5, "MD5");

  private final int number;
  private final String hash;

  ChapAlgorithm(int number, String hash) {
    this.number = number;
    this.hash = hash;
  }

  int number() {
    return number;
  }

  /** The first of the initiator's list, in its order of preference, that is known; or null. */
  static ChapAlgorithm choose(String list) {
    for (String each : list.split(",", -1)) {
      for (ChapAlgorithm algorithm : values()) {
        if (Integer.toString(algorithm.number).equals(each.trim())) {
          return algorithm;
        }
      }
    }
    return null;
  }

  /** The response to a challenge (RFC 1994 §4.1). */
  byte[] response(int identifier, byte[] secret, byte[] challenge) {
    try {
      MessageDigest digest = MessageDigest.getInstance(hash);
      digest.update((byte) identifier);
      digest.update(secret);
      return digest.digest(challenge);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no " + hash, e);
    }
  }
}
