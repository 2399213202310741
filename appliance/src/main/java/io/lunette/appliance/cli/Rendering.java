/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** Turns a result into lines for a person. */
@FunctionalInterface
interface Rendering {

  /** The lines, each with its newline. */
  String render(JsonNode result);
}
