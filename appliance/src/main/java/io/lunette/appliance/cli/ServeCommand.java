/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.Appliance;
import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.config.ByteSize;
import io.lunette.appliance.config.CatalogOptions;
import io.lunette.appliance.config.ConfigFile;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.KeyOptions;
import io.lunette.appliance.config.MutualChapOptions;
import io.lunette.appliance.config.ServeOptions;
import io.lunette.appliance.config.SmisOptions;
import io.lunette.appliance.smis.SmisView;
import io.lunette.core.node.NodeName;
import io.lunette.core.space.SpaceThresholds;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lunette serve}: the appliance in the foreground. */
@Command(description = "Run the appliance until SIGTERM or Ctrl-C.")
final class ServeCommand implements Callable<Integer> {

  private final Session session;

  @Mixin private TargetOptions target;

  @Option(
      names = "--http",
      paramLabel = "H:P",
      description = "Serve the API on TCP too, to holders of the token in the home.")
  private HostPort http;

  @Option(
      names = "--boot",
      paramLabel = "H:P",
      description =
          "Answer servers that boot over the network here too, without the API; for a network of"
              + " their own.")
  private HostPort boot;

  @Option(
      names = "--pool-file",
      paramLabel = "F",
      description = "The pool, a file or block device; made if it does not exist.")
  private Path poolFile;

  @Option(
      names = "--pool-size",
      paramLabel = "S",
      description = "Capacity of a new pool (64G); thin, it takes what is written.")
  private ByteSize poolSize;

  @Option(
      names = "--scrub-rate",
      paramLabel = "S",
      description =
          "Bytes a second that scrubbing may write or read back (no limit); it takes less while"
              + " tenants read and write.")
  private ByteSize scrubRate;

  @Option(
      names = "--space-thresholds",
      paramLabel = "W,C",
      description =
          "Per cent of the pool in use from which on it is a warning, and critical (80,95): an"
              + " event in the audit trail and an alert in status.")
  private SpaceThresholds spaceThresholds;

  @Option(
      names = "--catalog",
      paramLabel = "URL",
      description =
          "Keep the catalog in PostgreSQL (jdbc:postgresql://HOST:PORT/DATABASE), where several"
              + " appliances may share it; without, in the home.")
  private String catalog;

  @Option(
      names = "--catalog-user",
      paramLabel = "U",
      description = "The role to log in to the catalog as.")
  private String catalogUser;

  @Option(
      names = "--catalog-password-file",
      paramLabel = "F",
      description = "Its password; without, from LUNETTE_CATALOG_PASSWORD.")
  private Path catalogPasswordFile;

  @Option(
      names = "--encrypt",
      description =
          "Give every new volume and replica a key of its own; 'volume create --encrypt' gives one"
              + " a key in any case.")
  private boolean encrypt;

  @Option(
      names = "--key-file",
      paramLabel = "F",
      description = "Where the keys are that wrap those of volumes (keys/UUID.keys of the home).")
  private Path keyFile;

  @Option(
      names = "--smis",
      paramLabel = "H:P",
      description = "Be an SMI-S array over HTTP; passwords are not encrypted there.")
  private HostPort smis;

  @Option(names = "--smis-tls", paramLabel = "H:P", description = "Be one over HTTPS.")
  private HostPort smisTls;

  @Option(
      names = "--smis-certificate",
      paramLabel = "F",
      description = "Certificate chain for that, in PEM; else a self-signed one of the home.")
  private Path smisCertificate;

  @Option(names = "--smis-key", paramLabel = "F", description = "Its private key, in PEM.")
  private Path smisKey;

  @Option(
      names = "--smis-advertise",
      description = "Tell the network of it, by DNS-SD over multicast DNS.")
  private boolean smisAdvertise;

  @Option(
      names = "--mutual-chap-user",
      paramLabel = "U",
      description = "CHAP name of the target, for initiators that ask it for a proof.")
  private String mutualChapUser;

  @Option(
      names = "--mutual-chap-secret-file",
      paramLabel = "F",
      description = "File with the target's CHAP secret; no server's may be the same.")
  private Path mutualChapSecretFile;

  @Option(
      names = "--node",
      paramLabel = "NAME",
      description = "What this appliance is called among those that share the catalog (the host).")
  private NodeName node;

  @Option(names = "--config", paramLabel = "F", description = "Options from a properties file.")
  private Path config;

  ServeCommand(Session session) {
    this.session = session;
  }

  private SmisOptions smis() throws ApplianceException {
    try {
      return new SmisOptions(
          Optional.ofNullable(smis),
          Optional.ofNullable(smisTls),
          Optional.ofNullable(smisCertificate),
          Optional.ofNullable(smisKey),
          smisAdvertise ? Optional.of(true) : Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new ApplianceException(e.getMessage(), e);
    }
  }

  private static String smis(SmisView view) {
    return (view.http() == null ? "" : " smis=" + view.http())
        + (view.https() == null ? "" : " smis-tls=" + view.https());
  }

  @Override
  public Integer call() throws ApplianceException, CommandFailure {
    ServeOptions said =
        new ServeOptions(
            target.portals(),
            Optional.ofNullable(http),
            Optional.ofNullable(boot),
            Optional.ofNullable(poolFile),
            Optional.ofNullable(poolSize),
            Optional.ofNullable(scrubRate),
            target.sanitizeRate(),
            target.physicalBlock(),
            Optional.ofNullable(spaceThresholds),
            new CatalogOptions(
                Optional.ofNullable(catalog),
                Optional.ofNullable(catalogUser),
                Optional.ofNullable(catalogPasswordFile),
                Optional.ofNullable(node)),
            new KeyOptions(
                encrypt ? Optional.of(true) : Optional.empty(), Optional.ofNullable(keyFile)),
            smis(),
            new MutualChapOptions(
                Optional.ofNullable(mutualChapUser), Optional.ofNullable(mutualChapSecretFile)));
    ServeOptions options = config == null ? said : said.or(ConfigFile.read(config));
    UntilStopped stopped = UntilStopped.onSignal();
    try (Appliance appliance = Appliance.start(session.home(), options)) {
      appliance.notice().ifPresent(line -> session.err().println("lunette: note: " + line));
      session
          .out()
          .println(
              "READY portal="
                  + appliance.portal()
                  + " http="
                  + appliance.http().map(HostPort::toString).orElse("-")
                  + " target="
                  + appliance.targetName()
                  + smis(appliance.smis()));
      session.out().flush();
      appliance.whenFenced(stopped::fail);
      stopped.await();
    } finally {
      stopped.closed();
    }
    if (stopped.reason().isPresent()) {
      throw new CommandFailure(stopped.reason().get());
    }
    return 0;
  }
}
