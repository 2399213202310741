/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import org.metricshub.wbem.javax.cim.CIMObjectPath;

/** How an array copies volumes: by the Replication service, or by the older Copy Services. */
interface CopyServices {

  /** What is wanted of a copy. */
  enum Purpose {
    /** To be written to by itself: a full copy if there is such, else a snapshot. */
    CLONE,
    /** To hold what the source was: a snapshot if there is such, else a full copy. */
    SNAPSHOT
  }

  /** Whether it makes full copies. */
  boolean clones();

  /** Whether it makes copies that share what was not written since. */
  boolean snapshots();

  /** For people. */
  String describe();

  /** Makes a copy with that label; on return it can be found and used. */
  MethodCalls.Outcome copy(Purpose purpose, CIMObjectPath source, String label, JobWatch watch)
      throws CimFault;

  /** Waits until a clone is whole, and makes it independent of its source where that can be. */
  void detach(CIMObjectPath target, JobWatch watch) throws CimFault;

  /** Sets the source of a snapshot back to it. */
  void restore(CIMObjectPath snapshot, JobWatch watch) throws CimFault;

  /**
   * Gives a snapshot back by way of its relation to the source.
   *
   * @return whether that has also returned its space
   */
  boolean discard(CIMObjectPath snapshot, JobWatch watch) throws CimFault;
}
