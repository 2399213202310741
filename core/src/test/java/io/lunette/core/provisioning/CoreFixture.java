/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.audit.Actor;
import io.lunette.core.catalog.Catalog;
import io.lunette.core.catalog.jdbc.TestCatalog;
import io.lunette.core.certificate.MemorySigningKeys;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.image.SparseRegions;
import io.lunette.core.load.TargetCounters;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.power.ServerPower;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaQuery;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.server.ServerName;
import io.lunette.core.space.SpaceThresholds;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMasking;
import io.lunette.core.volume.MemoryLunMasking;
import io.lunette.core.volume.MemoryVolumeDriver;
import io.lunette.core.volume.MemoryVolumes;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * A core on a real catalog and volumes in memory. Unless told otherwise its background work runs on
 * the thread that asks for it, so it has ended when a call returns.
 */
final class CoreFixture implements AutoCloseable {

  static final Actor OPERATOR = new Actor("operator");
  static final ImageName WEB = new ImageName("web");
  static final TenantName ACME = new TenantName("acme");
  static final ServerName S1 = new ServerName("s1");
  static final ServerName S2 = new ServerName("s2");
  static final int IMAGE_BYTES = 64 * 1024;

  final Path directory;
  final SettableClock clock = new SettableClock();
  final MemorySigningKeys keys = new MemorySigningKeys();
  final MemoryVolumes volumes = new MemoryVolumes();
  final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  Executor workers = Runnable::run;
  Executor erases = Runnable::run;
  Faults faults = Faults.none();
  Optional<FarPlace> far = Optional.empty();
  ServerPower power = ServerPower.none();
  Map<InitiatorName, TargetCounters> targetLoad = Map.of();
  CoreSettings settings = new CoreSettings(2, 3, 512, Duration.ofDays(1), SpaceThresholds.DEFAULT);

  /** Opens the catalog anew at each start. */
  interface Catalogs {
    Catalog open() throws DomainException;
  }

  /** What a masking still shows when the core starts. */
  interface Remembered {
    void in(MemoryLunMasking masking) throws VolumeException;
  }

  /** Comes before each call of the driver, and may refuse it. */
  interface Trouble {
    void at(String call, Object[] arguments) throws Exception;
  }

  Trouble trouble = (call, arguments) -> {};
  Remembered remembered = masking -> {};
  Catalogs catalogs;
  Catalog catalog;
  VolumeDriver driver;
  MemoryLunMasking masking;
  WiredCore core;
  ReconcileReport report;

  CoreFixture(Path directory) {
    this.directory = directory;
    this.catalogs = () -> new TestCatalog(directory).open(clock);
  }

  /** Opens everything and starts the core. */
  CoreFixture start() throws Exception {
    catalog = catalogs.open();
    driver = new MemoryVolumeDriver(volumes, erases);
    masking = new MemoryLunMasking(driver);
    remembered.in(masking);
    core =
        new WiredCore(
            new CoreParts(
                faults.around(Catalog.class, catalog),
                troubled(faults.around(VolumeDriver.class, placed(VolumeDriver.class, driver))),
                faults.around(LunMasking.class, placed(LunMasking.class, masking)),
                faults.around(ServerPower.class, power),
                () -> targetLoad,
                SparseRegions.everything(),
                keys,
                "a test",
                clock,
                timer,
                workers,
                workers,
                settings));
    report = core.start();
    return this;
  }

  private VolumeDriver troubled(VolumeDriver real) {
    return (VolumeDriver)
        Proxy.newProxyInstance(
            VolumeDriver.class.getClassLoader(),
            new Class<?>[] {VolumeDriver.class},
            (proxy, method, arguments) -> {
              trouble.at(method.getName(), arguments);
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private <T> T placed(Class<T> type, T real) {
    return far.map(place -> place.around(type, real)).orElse(real);
  }

  /** Stops without a word, as a killed process does, and starts again. */
  void crashAndStart() throws Exception {
    catalog.close();
    volumes.crash();
    start();
  }

  void restart() throws Exception {
    core.close();
    crashAndStart();
  }

  /** Deletes the home of a core that will not start again. */
  static void discard(Path home) throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** Imports an image of 64 KiB that holds a pattern of that seed. */
  Image importImage(ImageName name, long seed) throws Exception {
    return imported(new ImageImport(name, Optional.empty(), imageFile(name, seed), "a test"))
        .image();
  }

  /** What an import comes to. */
  ImportedImage imported(ImageImport request) throws Exception {
    return core.images()
        .importRaw(OPERATOR, request)
        .result()
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  /** A file of 64 KiB that holds a pattern of that seed. */
  Path imageFile(ImageName name, long seed) throws IOException {
    return Files.write(directory.resolve(name + ".raw"), DeviceContent.pattern(IMAGE_BYTES, seed));
  }

  /** The image "web", so many ready replicas of it, and the servers s1 and s2. */
  CoreFixture stocked(int ready) throws Exception {
    importImage(WEB, 1);
    core.pools().set(OPERATOR, WEB, PoolChange.ready(ready));
    addServer(S1);
    addServer(S2);
    return this;
  }

  void addServer(ServerName name) throws DomainException {
    core.servers().add(OPERATOR, name, initiator(name), Optional.empty());
  }

  static InitiatorName initiator(ServerName name) {
    return new InitiatorName("iqn.2026-11.com.example:" + name);
  }

  AllocationOutcome allocate(ServerName server) throws DomainException {
    return core.allocations().allocate(OPERATOR, server, ACME, WEB);
  }

  Allocation allocated(ServerName server) throws DomainException {
    AllocationOutcome outcome = allocate(server);
    assertThat(outcome).isInstanceOf(AllocationOutcome.Allocated.class);
    return ((AllocationOutcome.Allocated) outcome).allocation();
  }

  /** Allocates, writes as the server would, releases. */
  ReplicaName usedAndReleased(ServerName server) throws Exception {
    ReplicaName replica = usedBy(server);
    core.allocations().release(OPERATOR, server);
    return replica;
  }

  /** Allocates, and writes as the server would. */
  ReplicaName usedBy(ServerName server) throws Exception {
    ReplicaName replica = allocated(server).replica();
    DeviceContent.write(driver, replica.volume(), 4096, DeviceContent.pattern(8192, 99));
    return replica;
  }

  Replica replica(ReplicaName name) throws DomainException {
    return core.replicas().find(name).orElseThrow();
  }

  List<Replica> replicas() throws DomainException {
    return core.replicas().list(ReplicaQuery.all());
  }

  long count(ReplicaState state) throws DomainException {
    return replicas().stream().filter(replica -> replica.state() == state).count();
  }

  /** Whether a replica's volume reads as the image does. */
  boolean isClean(ReplicaName name) throws Exception {
    byte[] content = DeviceContent.read(driver, name.volume(), 0, IMAGE_BYTES);
    return Arrays.equals(content, DeviceContent.pattern(IMAGE_BYTES, 1));
  }

  static void assertRefused(DomainException.Kind kind, ThrowingCallable call) {
    DomainException refusal = catchThrowableOfType(DomainException.class, call);
    assertThat(refusal).isNotNull();
    assertThat(refusal.kind()).as(refusal.getMessage()).isEqualTo(kind);
    assertThat(refusal.getMessage()).doesNotContain("\n");
  }

  @Override
  public void close() {
    core.close();
    catalog.close();
    timer.shutdownNow();
  }
}
