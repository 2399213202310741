/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.personality;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the config volumes of an image's servers are made from; each text is a {@link TextTemplate}.
 *
 * @param userData {@code user-data}, for instance a cloud-config
 * @param networkConfig {@code network-config}; without it the guest configures its network itself
 * @param metaData lines behind {@code instance-id} and {@code local-hostname} in {@code meta-data}
 */
public record PersonalityTemplate(
    String userData, Optional<String> networkConfig, Optional<String> metaData) {

  /** Most characters of one text. */
  public static final int LENGTH_MAX = 64 * 1024;

  public PersonalityTemplate {
    Objects.requireNonNull(userData);
    Stream.of(Optional.of(userData), networkConfig, metaData)
        .flatMap(Optional::stream)
        .forEach(PersonalityTemplate::check);
  }

  private static void check(String text) {
    if (text.length() > LENGTH_MAX) {
      throw new IllegalArgumentException(
          "a template has at most " + LENGTH_MAX + " characters, this one " + text.length());
    }
    TextTemplate.parse(text);
  }
}
