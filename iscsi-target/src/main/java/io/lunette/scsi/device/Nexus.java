/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Sense;

/**
 * An I_T_L nexus: one session's view of one logical unit. It holds what the standards keep for each
 * nexus: unit attentions, the prevention of medium removal, and the results of copy operations.
 */
public final class Nexus {

  /** Aborts the tasks of a nexus. */
  @FunctionalInterface
  public interface TaskAborter {

    /**
     * Called by any thread; only asks.
     *
     * @param done runs, on any thread, when none of them can have an effect any more
     */
    void abort(Runnable done);
  }

  private final MappedUnit mapped;
  private final Registrant registrant;
  private final UnitAttentions attentions = new UnitAttentions();
  private final CopyOperations copies = new CopyOperations();
  private final TaskAborter taskAborter;
  private volatile boolean preventsRemoval;

  /**
   * @param relativePort relative target port through which the session came (SPC-4 §4.5.5)
   * @param taskAborter aborts the tasks of this nexus, but for PERSISTENT RESERVE OUT: two that
   *     preempt each other must not wait for each other
   */
  public Nexus(MappedUnit mapped, InitiatorPort port, int relativePort, TaskAborter taskAborter) {
    this.taskAborter = taskAborter;
    this.mapped = mapped;
    this.registrant = new Registrant(port, relativePort);
  }

  public LogicalUnit unit() {
    return mapped.unit();
  }

  public MappedUnit mapped() {
    return mapped;
  }

  public InitiatorPort port() {
    return registrant.port();
  }

  public int relativePort() {
    return registrant.relativeTargetPort();
  }

  /** The nexus as persistent reservations know it. */
  public Registrant registrant() {
    return registrant;
  }

  /** Makes a condition wait for the initiator's next command. */
  public void establish(Sense attention) {
    attentions.establish(attention);
  }

  /** Reports and clears the oldest condition; null if there is none. */
  public Sense takeAttention() {
    return attentions.take();
  }

  /** Clears one condition if it waits. */
  public void clearAttention(Sense attention) {
    attentions.clear(attention);
  }

  /** Asks the session to abort the tasks of this nexus, and to run something when they are gone. */
  void abortTasks(Runnable done) {
    taskAborter.abort(done);
  }

  /** The copy operations that were begun through this nexus. */
  public CopyOperations copies() {
    return copies;
  }

  UnitAttentions attentions() {
    return attentions;
  }

  public boolean preventsRemoval() {
    return preventsRemoval;
  }

  public void preventRemoval(boolean prevents) {
    preventsRemoval = prevents;
  }
}
