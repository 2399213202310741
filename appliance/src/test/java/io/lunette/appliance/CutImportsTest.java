/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lunette.core.DomainException;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockingIo;
import io.lunette.core.block.Durability;
import io.lunette.core.mapping.VolumeClaims;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.VolumeDriver;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumePlace;
import io.lunette.engine.EngineVolumeDriver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CutImportsTest {

  private static final long MIB = 1 << 20;
  private static final VolumeName VOLUME = new VolumeName("volume");
  private static final VolumePlace LOCAL = VolumePlace.LOCAL;
  private static final VolumePlace ARRAY = new VolumePlace("array-1");

  @TempDir Path directory;

  private final VolumeClaims claims = new VolumeClaims();
  private EngineVolumeDriver driver;
  private Optional<VolumeException.Kind> refusal = Optional.empty();

  /** Where the volume's name leads to another one. */
  private Optional<VolumePlace> elsewhere = Optional.empty();

  private boolean isCatalogAway;
  private UnfinishedImports unfinished;
  private CutImports cut;

  @BeforeEach
  void leaveAnImport() throws Exception {
    Path pool = directory.resolve("pool");
    EngineVolumeDriver.createPool(pool, 64 * MIB);
    driver = EngineVolumeDriver.open(pool, Clock.systemUTC());
    unfinished = new UnfinishedImports(directory.resolve("imports"), driver.uuid());
    unfinished.begin(unfinished.noteOf(driver.create(VOLUME, MIB), LOCAL));
    cut = new CutImports(unfinished, refusing(), claims, Runnable::run);
  }

  @AfterEach
  void close() throws Exception {
    cut.close();
    driver.close();
  }

  private void start() throws Exception {
    cut.keep(unfinished.deleteAll(refusing()));
  }

  private VolumeDriver refusing() {
    return (VolumeDriver)
        Proxy.newProxyInstance(
            VolumeDriver.class.getClassLoader(),
            new Class<?>[] {VolumeDriver.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("delete")) {
                if (refusal.isPresent()) {
                  throw new VolumeException(refusal.get(), "it does not go");
                }
                if (elsewhere.isPresent()) {
                  assertThat(arguments).as("not the other").containsExactly(LOCAL, VOLUME);
                }
              }
              if (method.getName().equals("place")) {
                if (isCatalogAway) {
                  throw new VolumeException(VolumeException.Kind.IO, "the catalog is away");
                }
                if (elsewhere.isPresent()) {
                  return elsewhere.get();
                }
              }
              try {
                return method.invoke(driver, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private void assertKept() {
    assertThat(catchThrowableOfType(DomainException.class, () -> claims.requireFree(VOLUME)).kind())
        .isEqualTo(DomainException.Kind.BUSY);
    assertThat(cut.alerts())
        .containsExactly(
            "volume 'volume', whose import was cut short, cannot be deleted yet: it does not go");
  }

  private void assertForgotten() {
    assertThatCode(() -> claims.requireFree(VOLUME)).doesNotThrowAnyException();
    assertThat(cut.alerts()).isEmpty();
    assertThat(directory.resolve("imports")).isEmptyDirectory();
  }

  @Test
  void whatCannotBeDeletedIsNobodysUntilItCan() throws Exception {
    refusal = Optional.of(VolumeException.Kind.OUT_OF_SPACE);
    start();
    assertKept();
    cut.request();
    assertKept();
    refusal = Optional.empty();

    cut.request();

    assertForgotten();
    assertThat(driver.find(VOLUME)).isEmpty();
  }

  /** As where an array has one that was made while the pool was another. */
  @Test
  void whatIsHiddenByAVolumeOfItsNameIsDeletedAndThatOneIsNot() throws Exception {
    elsewhere = Optional.of(ARRAY);

    start();

    assertForgotten();
    assertThat(driver.find(VOLUME)).isEmpty();
  }

  @Test
  void soItIsWhereItsNoteDoesNotTellItsPlace() throws Exception {
    VolumeInfo volume = driver.find(VOLUME).orElseThrow();
    unfinished.end(unfinished.noteOf(volume, LOCAL));
    unfinished.begin(new UnfinishedImports.Note(directory.resolve("imports/" + volume.uuid())));

    whatIsHiddenByAVolumeOfItsNameIsDeletedAndThatOneIsNot();
  }

  /** He is given what is there already; that may have been what an import left. */
  @Test
  void nothingIsDeletedThatSomebodyHasUsedSinceTheOtherOneWent() throws Exception {
    elsewhere = Optional.of(ARRAY);
    start();
    elsewhere = Optional.empty();

    claims.take(VOLUME).close();
    VolumeInfo made = driver.create(VOLUME, MIB);
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE)) {
      BlockingIo.write(
          device, 0, ByteBuffer.allocateDirect(4096).putInt(0, 0xCAFE), Durability.DURABLE);
      cut.request();
    }
    cut.request();

    assertThat(driver.find(VOLUME)).map(VolumeInfo::uuid).contains(made.uuid());
    try (BlockDevice device = driver.open(VOLUME, AccessMode.READ_ONLY)) {
      ByteBuffer block = ByteBuffer.allocateDirect(4096);
      BlockingIo.read(device, 0, block);
      assertThat(block.getInt(0)).isEqualTo(0xCAFE);
    }
  }

  /** It is the name of the one that hides it too. */
  @Test
  void theNameOfWhatIsHiddenIsFreeOnceItIsDeleted() throws Exception {
    elsewhere = Optional.of(ARRAY);
    refusal = Optional.of(VolumeException.Kind.OUT_OF_SPACE);
    start();
    assertKept();
    isCatalogAway = true;
    cut.request();
    assertKept();
    isCatalogAway = false;
    refusal = Optional.empty();

    cut.request();

    assertForgotten();
    assertThat(driver.find(VOLUME)).isEmpty();
  }

  @Test
  void whereACatalogIsAwayForAWhileNobodyIsKeptFromTheOtherOneForGood() throws Exception {
    elsewhere = Optional.of(ARRAY);
    start();
    isCatalogAway = true;
    cut.request();
    isCatalogAway = false;

    cut.request();

    assertThatCode(() -> claims.requireFree(VOLUME)).doesNotThrowAnyException();
  }

  @Test
  void whatAnOperatorHasDeletedIsDoneWith() throws Exception {
    refusal = Optional.of(VolumeException.Kind.OUT_OF_SPACE);
    start();
    driver.delete(VOLUME);
    VolumeInfo another = driver.create(VOLUME, MIB);

    cut.request();

    assertForgotten();
    assertThat(driver.find(VOLUME)).contains(another);
  }

  @Test
  void whatIsInUseAtTheStartIsAnOperators() throws Exception {
    refusal = Optional.of(VolumeException.Kind.BUSY);

    start();

    assertForgotten();
    assertThat(driver.find(VOLUME)).isPresent();
  }

  /** As by an export. */
  @Test
  void whatIsInUseLaterIsKept() throws Exception {
    refusal = Optional.of(VolumeException.Kind.OUT_OF_SPACE);
    start();
    refusal = Optional.of(VolumeException.Kind.BUSY);

    cut.request();

    assertKept();
  }

  /** As of an array, and of a pool that was put back. */
  @Test
  void twoOfOneNameKeepItUntilBothAreDeleted() throws Exception {
    refusal = Optional.of(VolumeException.Kind.OUT_OF_SPACE);
    UnfinishedImports.Left first = unfinished.deleteAll(refusing()).get(0);
    UnfinishedImports.Note note = new UnfinishedImports.Note(directory.resolve("imports/other"));
    unfinished.begin(note);
    cut.keep(List.of(first, new UnfinishedImports.Left(note, first.volume(), first.why())));
    Files.delete(note.file());
    Files.createDirectories(note.file().resolve("in-the-way"));
    refusal = Optional.empty();

    cut.request();
    assertThat(cut.alerts()).hasSize(1);
    assertThat(claims.tryTake(VOLUME)).isEmpty();
    Files.delete(note.file().resolve("in-the-way"));
    cut.request();

    assertForgotten();
  }
}
