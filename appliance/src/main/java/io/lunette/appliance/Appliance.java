/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.appliance.boot.BootEndpoint;
import io.lunette.appliance.compose.ImageComposer;
import io.lunette.appliance.config.ByteSize;
import io.lunette.appliance.config.HostPort;
import io.lunette.appliance.config.PhysicalBlock;
import io.lunette.appliance.config.PortalOptions;
import io.lunette.appliance.config.ServeOptions;
import io.lunette.appliance.config.SmisOptions;
import io.lunette.appliance.discovery.Advertisement;
import io.lunette.appliance.discovery.Announcement;
import io.lunette.appliance.power.PowerControls;
import io.lunette.appliance.rest.ApiServer;
import io.lunette.appliance.rest.ApiServices;
import io.lunette.appliance.rest.JobRegistry;
import io.lunette.appliance.rest.SmisJobs;
import io.lunette.appliance.rest.SmisOwners;
import io.lunette.appliance.rest.SpaceView;
import io.lunette.appliance.rest.VolumeErases;
import io.lunette.appliance.signing.KeyFiles;
import io.lunette.appliance.smis.SmisPortals;
import io.lunette.appliance.smis.SmisService;
import io.lunette.appliance.smis.SmisView;
import io.lunette.core.DomainException;
import io.lunette.core.catalog.jdbc.JdbcCatalog;
import io.lunette.core.catalog.jdbc.PostgresAccess;
import io.lunette.core.node.NodeIdentity;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.provisioning.CoreParts;
import io.lunette.core.provisioning.CoreSettings;
import io.lunette.core.provisioning.Difference;
import io.lunette.core.provisioning.ProvisioningCore;
import io.lunette.core.provisioning.ReconcileReport;
import io.lunette.core.scrub.Scrubs;
import io.lunette.core.space.SpaceReport;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.volume.VolumeException;
import io.lunette.engine.EngineVolumeDriver;
import io.lunette.engine.key.KeyFile;
import io.lunette.iscsi.target.IscsiTarget;
import io.lunette.iscsi.target.PortalException;
import io.lunette.iscsi.target.TargetConfig;
import io.lunette.iscsi.target.TargetLimits;
import io.lunette.iscsi.target.TargetPortal;
import io.lunette.scsi.device.UnitTraits;
import io.lunette.smis.provider.ProviderParts;
import io.lunette.smis.provider.account.Accounts;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A running appliance: pool, catalog, domain, iSCSI target and API on one home.
 *
 * <p>Opened in the order in which they need each other, closed in the reverse order. The catalog
 * and the pool are reconciled before the portal opens, so an initiator that comes back after a
 * restart sees what it had, and one that was released meanwhile sees nothing. Not thread-safe; what
 * it runs is.
 */
public final class Appliance implements AutoCloseable {

  /** Calls under way; those that wait for an array that hangs are fewer. */
  private static final int CALLS = 128;

  /** Between two attempts to delete what could not be deleted at the start. */
  private static final long CUT_IMPORTS_SECONDS = 10;

  /** It caches no files: a process that is killed would leave that directory behind. */
  private static final VertxOptions VERTX =
      new VertxOptions()
          .setEventLoopPoolSize(1)
          .setWorkerPoolSize(CALLS)
          .setFileSystemOptions(
              new FileSystemOptions()
                  .setFileCachingEnabled(false)
                  .setClassPathResolvingEnabled(false));

  private final Home home;
  private final Lifecycle lifecycle = new Lifecycle();
  private final Path poolFile;
  private final HostPort portal;
  private final PortalOptions portals;
  private final String targetName;
  private final JobRegistry jobs = new JobRegistry(Clock.systemUTC());
  private EngineVolumeDriver driver;
  private final PowerControls power = new PowerControls();
  private final InitiatorLoad load = new InitiatorLoad();
  private IscsiLunMasking masking;
  private ForeignArrays foreign;
  private CutImports cutImports;
  private IscsiTarget target;
  private ProvisioningCore core;
  private Optional<HostPort> http = Optional.empty();
  private Optional<HostPort> bootHttp = Optional.empty();
  private SmisView smis = SmisView.NONE;
  private Optional<Advertisement> advertisement = Optional.empty();
  private List<String> unresolved = List.of();
  private Optional<String> notice = Optional.empty();

  private Appliance(Home home, ServeOptions options) throws ApplianceException {
    this.home = home;
    this.poolFile = options.poolFile().orElse(home.poolFile()).toAbsolutePath().normalize();
    PortalOptions wanted = options.portals().orElse(PortalOptions.of(PortalOptions.DEFAULT_PORTAL));
    this.portal = FreePort.choose(wanted.first());
    this.portals = wanted.withFirst(portal);
    this.targetName = TargetName.loadOrCreate(home);
  }

  /**
   * Starts an appliance; when this returns it accepts work.
   *
   * @throws ApplianceException if it cannot start; nothing of it runs then
   */
  public static Appliance start(Home home, ServeOptions options) throws ApplianceException {
    home.create();
    FileLock lock =
        FileLock.acquire(
            home.lock(), "an appliance runs on " + home.directory() + " already; stop it first");
    Lifecycle lifecycle = new Lifecycle();
    lifecycle.add("lock", lock::close);
    try {
      LogSetup.toFile(home);
      ScratchDirectory.empty(home.temporary());
      Appliance appliance = new Appliance(home, options);
      appliance.lifecycle.add("lock", lifecycle::close);
      try {
        appliance.open(options);
        return appliance;
      } catch (ApplianceException | RuntimeException e) {
        appliance.close();
        throw e;
      }
    } catch (ApplianceException | RuntimeException e) {
      lifecycle.close();
      throw e;
    }
  }

  private void open(ServeOptions options) throws ApplianceException {
    try {
      Workers workers = new Workers();
      lifecycle.add("workers", workers::close);
      JdbcCatalog catalog = openCatalog(options);
      lifecycle.add("catalog", catalog::close);
      OptionalLong scrubLimit = Scrubs.limitBefore(catalog);
      driver =
          PoolFile.openOrCreate(
              poolFile,
              options.poolSize().orElse(ServeOptions.DEFAULT_POOL_SIZE).bytes(),
              options.keys().keyFile().map(KeyFile::at).orElse(KeyFile.in(home.keys())));
      lifecycle.add("pool", driver::close);
      driver.limitScrub(scrubLimit.orElse(options.scrubRate().map(ByteSize::bytes).orElse(0L)));
      driver.encryptNewVolumes(options.keys().encrypt().orElse(false));
      if (options.poolSize().isPresent()) {
        notice = PoolFile.sizeDiffers(poolFile, options.poolSize().get().bytes(), driver.space());
      }
      SpaceThresholds thresholds = options.spaceThresholds().orElse(SpaceThresholds.DEFAULT);
      PoolGauge gauge = new PoolGauge(thresholds, driver.space());
      UnitTraits traits =
          UnitTraits.DISK
              .withPhysicalBlock(
                  options.physicalBlock().orElse(PhysicalBlock.DEFAULT).isOfTheEngine())
              .withSpace(gauge);
      UnitStateDirectory states = new UnitStateDirectory(home.unitStates());
      lifecycle.add("states of the units", states::close);
      masking =
          new IscsiLunMasking(
              driver,
              states,
              traits,
              portal.toString(),
              targetName,
              options.mutualChap().credentials());
      lifecycle.add("devices", masking::close);
      foreign = new ForeignArrays(catalog, driver, masking, targetName);
      lifecycle.add("arrays", foreign::close);
      UnfinishedImports unfinished = new UnfinishedImports(home.imports(), driver.uuid());
      List<UnfinishedImports.Left> left = deleteUnfinished(unfinished);
      core = openCore(catalog, workers, thresholds);
      keep(left, unfinished, workers);
      core.space().listen(gauge::looked);
      openTarget(
          states,
          TargetLimits.DEFAULT.withSanitizeRate(
              options
                  .sanitizeRate()
                  .map(ByteSize::bytes)
                  .orElse(TargetLimits.DEFAULT.sanitizeBytesPerSecond())));
      gauge.whenReached(target::spaceThresholdReached);
      openApi(options, catalog, workers, unfinished);
      lifecycle.add("work of the arrays", foreign::leave);
    } catch (DomainException e) {
      throw new ApplianceException(e.getMessage(), e);
    }
  }

  /** Before anybody is shown one. */
  private List<UnfinishedImports.Left> deleteUnfinished(UnfinishedImports unfinished)
      throws ApplianceException {
    try {
      return unfinished.deleteAll(foreign.driver());
    } catch (VolumeException e) {
      throw new ApplianceException(e.getMessage(), e);
    }
  }

  private void keep(
      List<UnfinishedImports.Left> left, UnfinishedImports unfinished, Workers workers)
      throws DomainException {
    cutImports = new CutImports(unfinished, foreign.driver(), core.claims(), workers.waiting());
    lifecycle.add("imports that were cut short", cutImports::close);
    cutImports.keep(left);
    var unused =
        workers
            .timer()
            .scheduleWithFixedDelay(
                cutImports::request, CUT_IMPORTS_SECONDS, CUT_IMPORTS_SECONDS, TimeUnit.SECONDS);
  }

  private JdbcCatalog openCatalog(ServeOptions options) throws DomainException, ApplianceException {
    Optional<PostgresAccess> database = options.catalog().access(System.getenv());
    return database.isPresent()
        ? JdbcCatalog.postgresql(
            database.get(),
            new NodeIdentity(options.catalog().nodeName(), targetName, portal.toString()),
            Clock.systemUTC())
        : JdbcCatalog.sqlite(home.catalog(), Clock.systemUTC());
  }

  private ProvisioningCore openCore(
      JdbcCatalog catalog, Workers workers, SpaceThresholds thresholds)
      throws DomainException, ApplianceException {
    ProvisioningCore wired =
        ProvisioningCore.over(
            new CoreParts(
                catalog,
                foreign.driver(),
                foreign.masking(),
                power,
                load,
                new SystemDataRuns(),
                KeyFiles.loadOrCreate(home),
                ProgramVersion.number(),
                Clock.systemUTC(),
                workers.timer(),
                workers.blocking(),
                workers.waiting(),
                CoreSettings.DEFAULT.withSpace(thresholds)));
    lifecycle.add("core", wired::close);
    ReconcileReport report = wired.start();
    unresolved = report.unresolved().stream().map(Appliance::line).toList();
    return wired;
  }

  private static String line(Difference difference) {
    return difference.subject() + ": " + difference.found() + ": " + difference.done();
  }

  private void openTarget(UnitStateDirectory states, TargetLimits limits)
      throws ApplianceException {
    try {
      states.retainOnly(masking.units());
      target =
          IscsiTarget.start(
              TargetConfig.of(targetName, portals.toTargetPortals())
                  .withRedirection(portals)
                  .withAuthentication(masking)
                  .withLimits(limits)
                  .withUnitStates(states));
      lifecycle.add("target", target::close);
      masking.serveOn(target);
      load.watch(target);
    } catch (PortalException e) {
      throw new ApplianceException(e.getMessage(), e);
    } catch (VolumeException e) {
      throw new ApplianceException("cannot serve what was mapped: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ApplianceException("cannot tidy " + home.unitStates() + ": " + Home.reason(e), e);
    }
  }

  private void openApi(
      ServeOptions options, JdbcCatalog catalog, Workers workers, UnfinishedImports unfinished)
      throws ApplianceException {
    Vertx vertx = Vertx.vertx(VERTX);
    lifecycle.add("event loop of the API", () -> vertx.close().toCompletionStage());
    Qcow2Converter converter = new Qcow2Converter(home.temporary());
    VolumeCopies copies =
        new VolumeCopies(
            foreign.driver(), converter, unfinished, core.claims(), cutImports, workers.blocking());
    VolumeErases.list(core.erasures().underWay(), jobs);
    Accounts accounts = new Accounts(catalog);
    openSmis(options, catalog, accounts, workers, vertx);
    ApiServices services =
        new ApiServices(
            core,
            power,
            foreign.driver(),
            foreign.arrays(),
            new ImageImports(core.images(), converter, workers.blocking()),
            new ImageExports(copies),
            new ImageComposer(
                core.images(),
                core.compositions(),
                foreign.driver(),
                home.temporary(),
                workers.blocking()),
            copies,
            jobs,
            accounts,
            this::smis,
            this::status);
    BootEndpoint boot =
        new BootEndpoint(
            vertx,
            core.networkBoot(),
            () -> target.portals().stream().map(TargetPortal::address).toList());
    ApiServer api = new ApiServer(home, vertx, services, boot);
    lifecycle.add("API", api::close);
    if (options.http().isPresent()) {
      http = Optional.of(api.openTcp(options.http().get()));
    }
    if (options.boot().isPresent()) {
      bootHttp = Optional.of(api.openBoot(options.boot().get()));
    }
    api.openSocket();
  }

  private void openSmis(
      ServeOptions options, JdbcCatalog catalog, Accounts accounts, Workers workers, Vertx vertx)
      throws ApplianceException {
    SmisOptions wanted = options.smis();
    if (!wanted.isWanted()) {
      if (wanted.isAdvertised()) {
        throw new ApplianceException("--smis-advertise needs --smis or --smis-tls");
      }
      return;
    }
    ProviderParts parts =
        new ProviderParts(
            catalog,
            driver,
            masking,
            core,
            new SmisJobs(jobs),
            new SmisOwners(),
            targetName,
            SmisPortals.of(target.portals()),
            ProgramVersion.number(),
            workers.blocking(),
            Clock.systemUTC());
    SmisService service = SmisService.open(home, wanted, parts, accounts, vertx);
    lifecycle.add("SMI-S", service::close);
    smis = service.view();
    if (wanted.isAdvertised()) {
      Announcement said =
          Announcement.of(options.catalog().nodeName().value(), targetName, service.ports());
      Advertisement started = Advertisement.start(said, workers.waiting(), workers.timer());
      lifecycle.add("advertisement of SMI-S", started::close);
      advertisement = Optional.of(started);
    }
  }

  /** Where SMI-S clients find it. */
  public SmisView smis() {
    return smis;
  }

  private StatusView status() {
    List<String> alerts = new ArrayList<>();
    SpaceReport space = StatusView.space(core.space(), alerts);
    List<PoolStatus> pools = StatusView.pools(core.pools(), alerts);
    alerts.addAll(StatusView.alerts(space, pools, unresolved));
    StatusView.scrubs(core.scrubs(), alerts);
    driver.keyTrouble().ifPresent(alerts::add);
    driver.metadataTrouble().ifPresent(alerts::add);
    driver.journalTrouble().ifPresent(alerts::add);
    driver.orphanTrouble().ifPresent(alerts::add);
    driver.overwriteTrouble().ifPresent(alerts::add);
    alerts.addAll(cutImports.alerts());
    advertisement.flatMap(Advertisement::trouble).ifPresent(alerts::add);
    List<NodeView> nodes = NodeView.all(core.nodes(), alerts);
    return new StatusView(
        ProgramVersion.number(),
        home.directory().toString(),
        portal.toString(),
        targetName,
        http.map(HostPort::toString).orElse(null),
        bootHttp.map(HostPort::toString).orElse(null),
        poolFile.toString(),
        driver.device(),
        SpaceView.of(space),
        pools.stream().map(StatusView.Pool::of).toList(),
        target.sessions().stream().map(StatusView.Session::of).toList(),
        masking.mappings().stream().map(StatusView.Mapping::of).toList(),
        nodes,
        jobs.running(),
        alerts);
  }

  /** What was asked for at the start and is not so, in a line with what to do. */
  public Optional<String> notice() {
    return notice;
  }

  /** Has somebody told when another appliance has this one's place, so that it must stop. */
  public void whenFenced(Consumer<String> told) {
    core.whenFenced(told);
  }

  /** Where the target listens. */
  public HostPort portal() {
    return portal;
  }

  /** Where the API listens on TCP. */
  public Optional<HostPort> http() {
    return http;
  }

  /** The target's iSCSI name. */
  public String targetName() {
    return targetName;
  }

  /** The pool it serves from. */
  public Path poolFile() {
    return poolFile;
  }

  /** Stops accepting work, lets what is under way end within bounds, closes everything. */
  @Override
  public void close() {
    lifecycle.close();
  }
}
