/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

import java.util.Objects;

/**
 * Where an initiator is sent instead (RFC 7143 §11.13.5, status class 1).
 *
 * @param permanent whether it should remember the address
 * @param address the portal that serves it
 */
public record Redirection(boolean permanent, TargetAddress address) {

  public Redirection {
    Objects.requireNonNull(address);
  }

  LoginStatus status() {
    return permanent ? LoginStatus.TARGET_MOVED_PERMANENTLY : LoginStatus.TARGET_MOVED_TEMPORARILY;
  }
}
