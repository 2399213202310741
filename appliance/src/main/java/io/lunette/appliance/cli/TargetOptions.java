/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.config.ByteSize;
import io.lunette.appliance.config.PhysicalBlock;
import io.lunette.appliance.config.PortalOption;
import io.lunette.appliance.config.PortalOptions;
import io.lunette.appliance.config.RedirectOption;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What can be said of an iSCSI target to every command that runs one. */
final class TargetOptions {

  @Option(
      names = "--portal",
      paramLabel = "H:P[,TAG]",
      description =
          "Where the iSCSI target listens (127.0.0.1:3260); port 0 takes a free one. May be said"
              + " several times, with the tag of a portal group.")
  private List<PortalOption> portals = List.of();

  @Option(
      names = "--redirect",
      paramLabel = "WHO=H:P[,permanent]",
      description =
          "Send initiators to another portal at login; WHO is an initiator's name, the portal that"
              + " it reached, or all. May be said several times.")
  private List<RedirectOption> redirects = List.of();

  @Option(
      names = "--sanitize-rate",
      paramLabel = "S",
      description =
          "Bytes a second that an initiator's SANITIZE may write to its LUN (128M);"
              + " 0 for no bound.")
  private ByteSize sanitizeRate;

  @Option(
      names = "--physical-block-size",
      paramLabel = "512|4096",
      description =
          "Physical block that units tell of (one logical block); 4096, which is what the engine"
              + " writes without reading first, for partitioning tools that go by nothing else.")
  private PhysicalBlock physicalBlock;

  /** Where to listen; empty if nothing was said of it. */
  Optional<PortalOptions> portals() {
    return PortalOptions.said(portals, redirects);
  }

  Optional<ByteSize> sanitizeRate() {
    return Optional.ofNullable(sanitizeRate);
  }

  Optional<PhysicalBlock> physicalBlock() {
    return Optional.ofNullable(physicalBlock);
  }
}
