/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.audit.AuditTrail;

/**
 * Changes that the catalog has no part in. Each is in the audit trail before it is begun, so that
 * none is there without its entry; one that is refused has a second entry, which says why.
 */
final class OutsideChanges {

  private final AuditTrail audit;

  OutsideChanges(AuditTrail audit) {
    this.audit = audit;
  }

  /** What is done. */
  interface Change<T> {
    T make() throws Exception;
  }

  <T> T make(Actor actor, String action, String subject, String detail, Change<T> change)
      throws Exception {
    audit.add(actor, action, subject, detail);
    try {
      return change.make();
    } catch (Exception e) {
      try {
        audit.add(actor, action, subject, "refused: " + e.getMessage());
      } catch (DomainException unsaid) {
        e.addSuppressed(unsaid);
      }
      throw e;
    }
  }
}
