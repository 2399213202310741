/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What an operator said of keys.
 *
 * @param encrypt whether all new volumes get keys
 * @param keyFile where the key-encryption keys are; the home otherwise
 */
public record KeyOptions(Optional<Boolean> encrypt, Optional<Path> keyFile) {

  /** Nothing said. */
  public static final KeyOptions NONE = new KeyOptions(Optional.empty(), Optional.empty());

  /** These, and from {@code other} what is missing. */
  public KeyOptions or(KeyOptions other) {
    return new KeyOptions(encrypt.or(other::encrypt), keyFile.or(other::keyFile));
  }
}
