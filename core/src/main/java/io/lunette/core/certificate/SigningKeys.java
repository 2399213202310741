/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import io.lunette.core.DomainException;
import java.util.List;

/**
 * Where the private keys of an appliance are kept: the one in use and, during a change of keys, the
 * next. Which of them signs is what the chain says, so a crash in the middle of a change leaves a
 * chain that goes on. Thread-safe.
 */
public interface SigningKeys {

  /** The keys there are: the one in use, and the next if a change is under way. */
  List<SigningKey> keys();

  /**
   * Makes the next key, durably.
   *
   * @throws DomainException IO
   */
  SigningKey prepare() throws DomainException;

  /**
   * Ends a change: this key is in use, durably, and no other is kept. Does nothing if that is so.
   *
   * @throws DomainException IO
   */
  void settle(SigningKey key) throws DomainException;
}
