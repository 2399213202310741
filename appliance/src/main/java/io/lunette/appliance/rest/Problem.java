/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

/**
 * An error as RFC 9457 writes it.
 *
 * @param type names the kind: {@code urn:lunette:problem:KIND}
 * @param title the kind in words
 * @param status HTTP status
 * @param detail one line for a person
 */
public record Problem(String type, String title, int status, String detail) {

  /** A problem of one kind, such as {@code not-found}. */
  static Problem of(int status, String kind, String detail) {
    return new Problem("urn:lunette:problem:" + kind, kind.replace('-', ' '), status, detail);
  }
}
