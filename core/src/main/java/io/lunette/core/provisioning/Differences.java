/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import java.util.ArrayList;
import java.util.List;

/** Collects what a reconciliation finds. Used by one thread. */
final class Differences {

  private final List<Difference> found = new ArrayList<>();

  void resolved(Object subject, String what, String done) {
    found.add(new Difference(subject.toString(), what, done, true));
  }

  void unresolved(Object subject, String what, String toDo) {
    found.add(new Difference(subject.toString(), what, toDo, false));
  }

  /** How many there are. */
  int count() {
    return found.size();
  }

  ReconcileReport report() {
    return new ReconcileReport(found);
  }
}
