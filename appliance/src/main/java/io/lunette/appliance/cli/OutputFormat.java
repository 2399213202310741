/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

/** How a command prints what it found. */
public enum OutputFormat {
  TABLE,
  JSON
}
