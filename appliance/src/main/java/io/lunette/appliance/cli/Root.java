/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program itself: the options that every command has. */
@Command(
    name = "lunette",
    description = "Golden disk images to writable iSCSI LUNs and back, with proof of erasure.",
    versionProvider = Version.class,
    mixinStandardHelpOptions = false,
    synopsisSubcommandLabel = "COMMAND")
final class Root {

  private final Session session;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(names = "--version", versionHelp = true, description = "Show the version.")
  private boolean version;

  Root(Session session) {
    this.session = session;
  }

  @Option(
      names = "--home",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Directory of the appliance ($LUNETTE_HOME, else ~/.lunette).")
  void setHome(Path home) {
    session.setHome(home);
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      scope = ScopeType.INHERIT,
      description = "How to print results.")
  void setFormat(OutputFormat format) {
    session.setFormat(format);
  }
}
