/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.compose;

import io.lunette.core.volume.VolumeName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What a layer was made of, all the way down to the base: a SHA-256 in hexadecimal. Two layers of
 * one key hold the same.
 */
public record LayerKey(String value) {

  private static final Pattern LEGAL = Pattern.compile("[0-9a-f]{64}");

  public LayerKey {
    if (!LEGAL.matcher(value).matches()) {
      throw new IllegalArgumentException("'" + value + "' is not the key of a layer");
    }
  }

  /** The key of a base image. */
  public static LayerKey ofBase(String sha256) {
    return of("base", sha256);
  }

  /**
   * The key of a step on this.
   *
   * @param step what is done, in a form that is the same for the same step
   * @param contentSha256 digest of what it puts in
   */
  public LayerKey with(String step, String contentSha256) {
    return of(value + "\n" + contentSha256, step);
  }

  private static LayerKey of(String first, String second) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] text = (first + "\n" + second).getBytes(StandardCharsets.UTF_8);
      return new LayerKey(HexFormat.of().formatHex(digest.digest(text)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The volume of the layer. */
  VolumeName volume() {
    return new VolumeName(LayerLedger.VOLUME_PREFIX + value);
  }

  @Override
  public String toString() {
    return value;
  }
}
