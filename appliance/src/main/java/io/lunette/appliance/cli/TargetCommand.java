/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.SingleTarget;
import io.lunette.appliance.SingleTargetOptions;
import io.lunette.appliance.config.ByteSize;
import io.lunette.appliance.config.PhysicalBlock;
import io.lunette.appliance.config.PortalOptions;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.engine.key.KeyFile;
import io.lunette.iscsi.target.InitiatorAuthentication;
import io.lunette.iscsi.target.TargetLimits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lunette target}: one volume, without an appliance around it. */
@Command(description = "Serve one thin volume in a pool file until SIGTERM or Ctrl-C.")
final class TargetCommand implements Callable<Integer> {

  /** What the target proves to initiators that ask. */
  static final class MutualChap {

    @Option(
        names = "--mutual-chap-user",
        paramLabel = "U",
        required = true,
        description = "CHAP name of the target.")
    private String user;

    @Option(
        names = "--mutual-chap-secret-file",
        paramLabel = "F",
        required = true,
        description = "File with the target's CHAP secret.")
    private Path secretFile;
  }

  private static final int BLOCK_BYTES = 4096;

  private final Session session;

  @Option(
      names = "--file",
      paramLabel = "F",
      required = true,
      description = "The pool file; made if it does not exist.")
  private Path file;

  @Option(
      names = "--size",
      paramLabel = "S",
      required = true,
      description = "Size of the volume; thin, it takes what is written.")
  private ByteSize size;

  @Mixin private TargetOptions target;

  @Option(
      names = "--block-size",
      paramLabel = "512|4096",
      description = "Logical block of the volume (512); an existing one keeps its own.")
  private int blockBytes = VolumeInfo.DEFAULT_BLOCK_BYTES;

  @Option(names = "--removable", description = "Let initiators eject and load the medium.")
  private boolean removable;

  @Option(names = "--read-only", description = "Refuse writes; the pool file must exist.")
  private boolean readOnly;

  @Option(names = "--encrypt", description = "Give a new volume a key of its own.")
  private boolean encrypt;

  @Option(
      names = "--key-file",
      paramLabel = "F",
      description = "Where the key is that wraps it (keys/UUID.keys of the home).")
  private Path keyFile;

  @Option(names = "--iqn", paramLabel = "IQN", description = "The target's iSCSI name.")
  private InitiatorName iqn = new InitiatorName("iqn.2026-11.io.lunette:target");

  @ArgGroup(exclusive = false)
  private ServerCommands.Chap chap;

  @ArgGroup(exclusive = false)
  private MutualChap mutual;

  @Spec private CommandSpec spec;

  TargetCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws ApplianceException, CommandFailure {
    if (size.bytes() == 0 || size.bytes() % BLOCK_BYTES != 0) {
      throw new ParameterException(
          spec.commandLine(),
          "a --size of " + size.bytes() + " bytes is not a positive multiple of " + BLOCK_BYTES);
    }
    if (blockBytes != VolumeInfo.DEFAULT_BLOCK_BYTES && blockBytes != BLOCK_BYTES) {
      throw new ParameterException(
          spec.commandLine(), "a --block-size of " + blockBytes + " is neither 512 nor 4096");
    }
    if (target.physicalBlock().filter(said -> said.bytes() < blockBytes).isPresent()) {
      throw new ParameterException(
          spec.commandLine(), "the --physical-block-size is less than the --block-size");
    }
    if (mutual != null && chap == null) {
      throw new ParameterException(
          spec.commandLine(), "mutual CHAP needs --chap-user and --chap-secret-file too");
    }
    SingleTargetOptions options =
        SingleTargetOptions.builder(
                file,
                size.bytes(),
                target.portals().orElse(PortalOptions.of(PortalOptions.DEFAULT_PORTAL)),
                iqn.value())
            .blockBytes(blockBytes)
            .physicalBlock(target.physicalBlock().orElse(PhysicalBlock.DEFAULT).isOfTheEngine())
            .removable(removable)
            .readOnly(readOnly)
            .keys(
                encrypt, keyFile == null ? KeyFile.in(session.home().keys()) : KeyFile.at(keyFile))
            .sanitizeRate(
                target
                    .sanitizeRate()
                    .map(ByteSize::bytes)
                    .orElse(TargetLimits.DEFAULT.sanitizeBytesPerSecond()))
            .authentication(authentication())
            .build();
    UntilStopped stopped = UntilStopped.onSignal();
    try (SingleTarget served = SingleTarget.start(options)) {
      session.out().println("READY " + served.url());
      session.out().flush();
      stopped.await();
    } finally {
      stopped.closed();
    }
    return 0;
  }

  private InitiatorAuthentication authentication() throws CommandFailure {
    if (chap == null) {
      return InitiatorAuthentication.none();
    }
    Optional<ChapCredentials> required = Optional.of(credentials(chap.user(), chap.secretFile()));
    Optional<ChapCredentials> own =
        mutual == null
            ? Optional.empty()
            : Optional.of(credentials(mutual.user, mutual.secretFile));
    return new InitiatorAuthentication() {
      @Override
      public Optional<ChapCredentials> credentialsOf(InitiatorName initiator) {
        return required;
      }

      @Override
      public Optional<ChapCredentials> targetCredentialsFor(InitiatorName initiator) {
        return own;
      }
    };
  }

  private ChapCredentials credentials(String user, Path secretFile) throws CommandFailure {
    byte[] secret = new SecretFile(session).read(secretFile).getBytes(StandardCharsets.UTF_8);
    try {
      return ChapCredentials.chosen(user, secret);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(secretFile + ": " + e.getMessage(), e);
    }
  }
}
