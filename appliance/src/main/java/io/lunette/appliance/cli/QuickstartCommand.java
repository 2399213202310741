/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.cli;

import io.lunette.appliance.Appliance;
import io.lunette.appliance.ApplianceException;
import io.lunette.appliance.FreePort;
import io.lunette.appliance.Home;
import io.lunette.appliance.client.ApiClient;
import io.lunette.appliance.client.ApiException;
import io.lunette.appliance.config.ByteSize;
import io.lunette.appliance.config.CatalogOptions;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.KeyOptions;
import io.lunette.appliance.config.MutualChapOptions;
import io.lunette.appliance.config.PortalOptions;
import io.lunette.appliance.config.ServeOptions;
import io.lunette.appliance.config.SmisOptions;
import io.lunette.appliance.quickstart.Tour;
import io.lunette.appliance.quickstart.TourException;
import io.lunette.appliance.quickstart.TourHome;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lunette quickstart}: the main job, shown on this machine. */
@Command(
    description =
        "Walk through the main job on this machine: pool, image, replicas, LUN, release, scrub.")
final class QuickstartCommand implements Callable<Integer> {

  private final Session session;

  @Option(
      names = "--image",
      paramLabel = "F",
      description = "A disk image of yours, raw or qcow2; one is built if there is none.")
  private Path image;

  @Option(names = "--once", description = "End after the tour instead of serving on.")
  private boolean once;

  @Option(
      names = "--portal",
      paramLabel = "H:P",
      description = "Where the iSCSI target listens (127.0.0.1:3260, or a free port).")
  private HostPort portal;

  @Option(
      names = "--pool-size",
      paramLabel = "S",
      description = "Capacity of the pool (64G); thin, it takes what is written.")
  private ByteSize poolSize;

  QuickstartCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws ApplianceException, ApiException, TourException, CommandFailure {
    Optional<Path> golden =
        image == null ? Optional.empty() : Optional.of(ImageCommands.readable(image));
    Home home = TourHome.prepare(session.homeOption(), session.home());
    ServeOptions options =
        new ServeOptions(
            Optional.of(PortalOptions.of(portal == null ? defaultPortal() : portal)),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.ofNullable(poolSize),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            CatalogOptions.NONE,
            KeyOptions.NONE,
            SmisOptions.NONE,
            MutualChapOptions.NONE);
    UntilStopped stopped = UntilStopped.onSignal();
    try (Appliance appliance = Appliance.start(home, options)) {
      String command = session.program() + " --home " + home.directory();
      session
          .out()
          .println(
              "A pool in "
                  + appliance.poolFile()
                  + ", a target on "
                  + appliance.portal()
                  + ".\nThe same by hand: "
                  + command
                  + " serve --portal "
                  + appliance.portal());
      try (ApiClient api = ApiClient.open(home)) {
        new Tour(api, session.out(), command, TourHome.scratch(home), appliance.poolFile())
            .run(golden);
      }
      if (!once) {
        session
            .out()
            .println("\nServing on; try '" + command + " status' elsewhere. Ctrl-C ends it.");
        session
            .out()
            .println(
                "READY portal=" + appliance.portal() + " http=- target=" + appliance.targetName());
        session.out().flush();
        stopped.await();
      }
    } finally {
      stopped.closed();
    }
    return 0;
  }

  /** The usual port if it is free: a newcomer may have a target running already. */
  private static HostPort defaultPortal() throws ApplianceException {
    try {
      return FreePort.choose(PortalOptions.DEFAULT_PORTAL);
    } catch (ApplianceException e) {
      return FreePort.choose(PortalOptions.DEFAULT_PORTAL.withPort(0));
    }
  }
}
