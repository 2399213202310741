/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.scsi.device.UnitStateStore.Kind;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnitStateDirectoryTest {

  private static final UUID UNIT = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
  private static final UUID OTHER = UUID.fromString("fedcba98-7654-3210-fedc-ba9876543210");
  private static final byte[] FIRST = {1, 2, 3};
  private static final byte[] SECOND = {4, 5, 6, 7};

  @TempDir Path parent;
  private Path directory;
  private UnitStateDirectory store;

  @BeforeEach
  void open() {
    directory = parent.resolve("units");
    store = new UnitStateDirectory(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void save(UUID unit, Kind kind, byte[] record) {
    store.save(unit, kind, record).toCompletableFuture().join();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> list = Files.list(directory)) {
      return list.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void anotherStoreOnTheDirectoryFindsWhatWasSaved() throws Exception {
    save(UNIT, Kind.RESERVATIONS, FIRST);
    save(UNIT, Kind.RESERVATIONS, SECOND);
    save(UNIT, Kind.MODE_PAGES, FIRST);

    UnitStateDirectory again = new UnitStateDirectory(directory);

    assertThat(again.load(UNIT, Kind.RESERVATIONS)).contains(SECOND);
    assertThat(again.load(UNIT, Kind.MODE_PAGES)).contains(FIRST);
    assertThat(again.load(OTHER, Kind.RESERVATIONS)).isEmpty();
    assertThat(files()).containsExactly(UNIT + ".mode-pages", UNIT + ".reservations");
    again.close();
  }

  @Test
  void nothingIsMadeBeforeTheFirstRecord() throws Exception {
    assertThat(store.load(UNIT, Kind.RESERVATIONS)).isEmpty();
    store.remove(UNIT);
    store.retainOnly(Set.of());

    assertThat(directory).doesNotExist();
  }

  @Test
  void savesTakeEffectInTheirOrder() throws Exception {
    List<CompletableFuture<Void>> saves = new ArrayList<>();
    for (byte i = 0; i < 20; i++) {
      saves.add(store.save(UNIT, Kind.RESERVATIONS, new byte[] {i}).toCompletableFuture());
    }
    CompletableFuture.allOf(saves.toArray(CompletableFuture[]::new)).join();

    assertThat(store.load(UNIT, Kind.RESERVATIONS)).contains(new byte[] {19});
  }

  @Test
  void aRemovedUnitHasNoRecords() throws Exception {
    save(UNIT, Kind.RESERVATIONS, FIRST);
    save(UNIT, Kind.MODE_PAGES, FIRST);
    save(OTHER, Kind.RESERVATIONS, SECOND);

    store.remove(UNIT);

    assertThat(files()).containsExactly(OTHER + ".reservations");
  }

  @Test
  void whatIsStillBeingSavedIsRemovedToo() throws Exception {
    CompletableFuture<Void> last = new CompletableFuture<>();
    for (int i = 0; i < 100; i++) {
      last = store.save(UNIT, Kind.SANITIZE, new byte[] {1}).toCompletableFuture();
    }

    store.remove(UNIT);

    last.join();
    assertThat(store.load(UNIT, Kind.SANITIZE)).isEmpty();
  }

  @Test
  void onlyUnitsThatAreRetainedKeepTheirRecords() throws Exception {
    save(UNIT, Kind.RESERVATIONS, FIRST);
    save(OTHER, Kind.RESERVATIONS, SECOND);
    Files.write(directory.resolve(OTHER + ".reservations.new"), FIRST);

    store.retainOnly(Set.of(OTHER));

    assertThat(files()).containsExactly(OTHER + ".reservations");
    assertThat(store.load(OTHER, Kind.RESERVATIONS)).contains(SECOND);
  }

  @Test
  void aRecordHalfWrittenByACrashIsNotTheRecord() throws Exception {
    save(UNIT, Kind.RESERVATIONS, FIRST);
    Files.write(directory.resolve(UNIT + ".reservations.new"), SECOND);

    assertThat(store.load(UNIT, Kind.RESERVATIONS)).contains(FIRST);
    save(UNIT, Kind.RESERVATIONS, SECOND);
    assertThat(store.load(UNIT, Kind.RESERVATIONS)).contains(SECOND);
  }

  @Test
  void aRecordThatCannotBeWrittenLeavesTheOneBefore() throws Exception {
    save(UNIT, Kind.RESERVATIONS, FIRST);
    Files.createDirectories(directory.resolve(UNIT + ".reservations.new").resolve("in-the-way"));

    CompletableFuture<Void> saved =
        store.save(UNIT, Kind.RESERVATIONS, SECOND).toCompletableFuture();

    assertThatThrownBy(saved::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IOException.class);
    assertThat(store.load(UNIT, Kind.RESERVATIONS)).contains(FIRST);
  }

  /** Whoever waits for it would wait for ever, and with him who unmaps the unit. */
  @Test
  void aRecordThatThereIsNoMemoryForIsNotSavedAndKeepsNobodyWaiting() {
    Path memoryless =
        (Path)
            Proxy.newProxyInstance(
                Path.class.getClassLoader(),
                new Class<?>[] {Path.class},
                (proxy, method, arguments) -> {
                  throw new OutOfMemoryError("no memory");
                });

    try (UnitStateDirectory full = new UnitStateDirectory(memoryless)) {
      assertThat(full.save(UNIT, Kind.RESERVATIONS, FIRST).toCompletableFuture())
          .failsWithin(1, TimeUnit.MINUTES)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(OutOfMemoryError.class);
    }
  }

  /** As where there is no memory for the record: it is not this caller who waits. */
  @Test
  void whatNeverReachesTheWriterIsToldToWhoWaits() {
    byte[] none = null;

    assertThat(store.save(UNIT, Kind.RESERVATIONS, none).toCompletableFuture())
        .isCompletedExceptionally();
  }

  @Test
  void aClosedStoreSavesNothing() throws Exception {
    store.close();

    assertThat(store.save(UNIT, Kind.RESERVATIONS, FIRST).toCompletableFuture())
        .isCompletedExceptionally();
  }

  @Test
  void everyDamageIsNoticed() throws Exception {
    byte[] whole = UnitStateRecord.encode(UNIT, Kind.RESERVATIONS, SECOND);

    for (int length = 0; length < whole.length; length++) {
      refused(Arrays.copyOf(whole, length));
    }
    refused(Arrays.copyOf(whole, whole.length + 1));
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      refused(damaged);
    }
    refused(UnitStateRecord.encode(OTHER, Kind.RESERVATIONS, SECOND));
    refused(UnitStateRecord.encode(UNIT, Kind.MODE_PAGES, SECOND));
    assertThat(UnitStateRecord.decode(UNIT, Kind.RESERVATIONS, whole)).isEqualTo(SECOND);
  }

  private static void refused(byte[] file) {
    assertThatThrownBy(() -> UnitStateRecord.decode(UNIT, Kind.RESERVATIONS, file))
        .isInstanceOf(IOException.class);
  }
}
