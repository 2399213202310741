/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

/** The version that the build wrote into the jar. */
public final class ProgramVersion {

  private ProgramVersion() {}

  /** The version alone. */
  public static String number() {
    String built = ProgramVersion.class.getPackage().getImplementationVersion();
    return built == null ? "unpackaged" : built;
  }
}
