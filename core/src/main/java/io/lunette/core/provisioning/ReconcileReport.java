/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import java.util.List;

/** Every difference found at start, none dropped. */
public record ReconcileReport(List<Difference> differences) {

  public ReconcileReport {
    differences = List.copyOf(differences);
  }

  /** Those that wait for an operator. */
  public List<Difference> unresolved() {
    return differences.stream().filter(difference -> !difference.resolved()).toList();
  }
}
