/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Sense;

/**
 * An I_T_L nexus: one session's view of one logical unit. It holds what the standards keep for each
 * nexus: unit attentions and the prevention of medium removal.
 */
public final class Nexus {

  private final MappedUnit mapped;
  private final InitiatorPort port;
  private final int relativePort;
  private final UnitAttentions attentions = new UnitAttentions();
  private final Runnable taskAborter;
  private volatile boolean preventsRemoval;

  /**
   * @param relativePort relative target port through which the session came (SPC-4 §4.5.5)
   * @param taskAborter aborts the tasks of this nexus; may be called by any thread, and only asks
   */
  public Nexus(MappedUnit mapped, InitiatorPort port, int relativePort, Runnable taskAborter) {
    this.taskAborter = taskAborter;
    this.mapped = mapped;
    this.port = port;
    this.relativePort = relativePort;
  }

  public LogicalUnit unit() {
    return mapped.unit();
  }

  public MappedUnit mapped() {
    return mapped;
  }

  public InitiatorPort port() {
    return port;
  }

  public int relativePort() {
    return relativePort;
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

  /** Asks the session to abort the tasks of this nexus. */
  public void abortTasks() {
    taskAborter.run();
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
