/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.endtoend;

import io.lunette.appliance.SingleTarget;
import io.lunette.appliance.SingleTargetOptions;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.PortalOptions;
import io.lunette.engine.key.KeyFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** The units that {@code iscsi-test-cu} is run on, all with blocks of 512 bytes. */
enum TestedUnit {
  /** What a target serves when nothing else is said. */
  DISK(1L << 30),
  /** The same, but quick to sanitize. */
  SMALL_DISK(64L << 20),
  /** One whose medium can be ejected. */
  REMOVABLE(64L << 20),
  /** One that tells of physical blocks of eight logical ones. */
  LARGE_PHYSICAL_BLOCKS(64L << 20),
  /** One whose volume has a key. */
  ENCRYPTED(64L << 20),
  /** One that was written before and is not to be written now. */
  READ_ONLY(64L << 20);

  private static final PortalOptions PORTAL = PortalOptions.of(HostPort.parse("127.0.0.1:0"));

  private final long sizeBytes;

  TestedUnit(long sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  static TestedUnit named(String name) {
    return Arrays.stream(values())
        .filter(unit -> unit.toString().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no unit '" + name + "'"));
  }

  /** Serves such a unit from a pool of its own. */
  SingleTarget serve(Path directory) throws Exception {
    SingleTargetOptions.Builder options =
        SingleTargetOptions.builder(
                pool(directory), sizeBytes, PORTAL, "iqn.2026-11.io.lunette:conformance")
            .removable(this == REMOVABLE)
            .keys(this == ENCRYPTED, KeyFile.in(directory.resolve("keys")))
            .physicalBlock(this == LARGE_PHYSICAL_BLOCKS);
    if (this != READ_ONLY) {
      return SingleTarget.start(options.build());
    }
    SingleTarget.start(options.build()).close();
    return SingleTarget.start(options.readOnly(true).build());
  }

  /** Where its pool is then. */
  Path pool(Path directory) {
    return directory.resolve(name());
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
