/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

/** A LUN that already stands for another logical unit, or an identity that names another device. */
public final class LunConflictException extends Exception {

  private static final long serialVersionUID = 1L;

  LunConflictException(String message) {
    super(message);
  }
}
