/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * The mode parameters that an initiator can change; shared by all nexuses, not saved. Thread-safe.
 */
public final class ModeState {

  private volatile boolean softwareWriteProtect;
  private volatile boolean descriptorSense;

  /** SWP of the control mode page (SPC-4 §7.5.8). */
  public boolean softwareWriteProtect() {
    return softwareWriteProtect;
  }

  public void softwareWriteProtect(boolean on) {
    softwareWriteProtect = on;
  }

  /** D_SENSE of the control mode page. */
  public boolean descriptorSense() {
    return descriptorSense;
  }

  public void descriptorSense(boolean on) {
    descriptorSense = on;
  }

  void reset() {
    softwareWriteProtect = false;
    descriptorSense = false;
  }
}
