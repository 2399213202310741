/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.indication;

import io.lunette.smis.cim.CimInstance;
import java.util.Optional;

/**
 * An instance came, changed or went.
 *
 * @param kind which of these
 * @param source the instance now, or as it was last
 * @param previous as it was before a change
 */
record LifecycleEvent(Kind kind, CimInstance source, Optional<CimInstance> previous) {

  /** What happened. */
  enum Kind {
    CREATION("CIM_InstCreation"),
    MODIFICATION("CIM_InstModification"),
    DELETION("CIM_InstDeletion");

    private final String indicationClass;

    Kind(String indicationClass) {
      this.indicationClass = indicationClass;
    }

    /** The class of the indication that tells of it. */
    String indicationClass() {
      return indicationClass;
    }
  }
}
