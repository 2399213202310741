/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.audit;

import java.util.Objects;

/** Who asks for a change: a user, a client, or a part of Lunette itself. 1 to 128 characters. */
public record Actor(String value) {

  /** Lunette itself: what it does in the background and at start. */
  public static final Actor LUNETTE = new Actor("lunette");

  public Actor {
    Objects.requireNonNull(value);
    if (value.isBlank() || value.length() > 128) {
      throw new IllegalArgumentException("an actor is 1 to 128 characters, not '" + value + "'");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
