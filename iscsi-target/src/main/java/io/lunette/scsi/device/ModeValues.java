/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * The mode parameters that initiators can change, of all pages together. Immutable.
 *
 * @param writeCache WCE of the caching page: without it every write is durable when it is answered
 * @param descriptorSense D_SENSE of the control page
 * @param softwareWriteProtect SWP of the control page
 * @param thresholdEvents LBPERE of the read-write error recovery page: provisioning thresholds
 *     become unit attentions
 */
public record ModeValues(
    boolean writeCache,
    boolean descriptorSense,
    boolean softwareWriteProtect,
    boolean thresholdEvents) {

  /** What a unit has for which nothing was saved. */
  public static final ModeValues DEFAULTS = new ModeValues(true, false, false, true);

  private static final byte VERSION = 1;
  private static final int BYTES = 2;

  public ModeValues withWriteCache(boolean on) {
    return new ModeValues(on, descriptorSense, softwareWriteProtect, thresholdEvents);
  }

  public ModeValues withDescriptorSense(boolean on) {
    return new ModeValues(writeCache, on, softwareWriteProtect, thresholdEvents);
  }

  public ModeValues withSoftwareWriteProtect(boolean on) {
    return new ModeValues(writeCache, descriptorSense, on, thresholdEvents);
  }

  public ModeValues withThresholdEvents(boolean on) {
    return new ModeValues(writeCache, descriptorSense, softwareWriteProtect, on);
  }

  /** Version, then a bit for each in the order of the components. */
  byte[] encode() {
    int bits =
        (writeCache ? 1 : 0)
            | (descriptorSense ? 2 : 0)
            | (softwareWriteProtect ? 4 : 0)
            | (thresholdEvents ? 8 : 0);
    return new byte[] {VERSION, (byte) bits};
  }

  /** The defaults if the record is of another version. */
  static ModeValues decode(byte[] record) {
    if (record.length != BYTES || record[0] != VERSION) {
      return DEFAULTS;
    }
    int bits = record[1];
    return new ModeValues((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0);
  }
}
