/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

/** A subcommand that another module adds; found by {@link java.util.ServiceLoader}. */
public interface CommandProvider {

  /** The word that calls it. */
  String name();

  /** A new object with picocli's annotations. */
  Object create(Session session);
}
