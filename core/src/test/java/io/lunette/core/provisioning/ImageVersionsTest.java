/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.OPERATOR;
import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;
import static io.lunette.core.provisioning.CoreFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.lunette.core.DomainException;
import io.lunette.core.allocation.Allocation;
import io.lunette.core.allocation.AllocationOutcome;
import io.lunette.core.allocation.AllocationPath;
import io.lunette.core.audit.AuditEntry;
import io.lunette.core.image.Image;
import io.lunette.core.image.ImageImport;
import io.lunette.core.image.ImageLabels;
import io.lunette.core.image.ImageName;
import io.lunette.core.image.ImageRef;
import io.lunette.core.image.ImageSource;
import io.lunette.core.image.ImageState;
import io.lunette.core.image.ImportedImage;
import io.lunette.core.pool.PoolChange;
import io.lunette.core.pool.PoolStatus;
import io.lunette.core.replica.Replica;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.replica.ReplicaState;
import io.lunette.core.tenant.TenantName;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.DeviceContent;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions of an image: published, rolled back, retired, and gone with their last replica. */
final class ImageVersionsTest {

  @TempDir private Path directory;
  private CoreFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new CoreFixture(directory).start().stocked(2);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static ImageRef web(int version) {
    return ImageRef.of(WEB, version);
  }

  private ImageImport second(boolean publish) throws Exception {
    return new ImageImport(
        WEB,
        Optional.empty(),
        ImageSource.whole(fixture.imageFile(WEB, 2)),
        "the second",
        ImageLabels.NONE,
        publish);
  }

  private List<Integer> ready() throws Exception {
    return fixture.replicas().stream()
        .filter(replica -> replica.state() == ReplicaState.READY)
        .map(Replica::imageVersion)
        .toList();
  }

  private boolean holds(VolumeName volume, long seed) throws Exception {
    byte[] content = DeviceContent.read(fixture.driver, volume, 0, CoreFixture.IMAGE_BYTES);
    return Arrays.equals(content, DeviceContent.pattern(CoreFixture.IMAGE_BYTES, seed));
  }

  @Test
  void importOfANameThatExistsIsItsNextVersionAndThePoolFollows() throws Exception {
    Image second = fixture.imported(second(true)).image();

    assertThat(second.version()).isEqualTo(2);
    assertThat(second.current()).isTrue();
    assertThat(second.provenance()).isEqualTo("the second");
    assertThat(ready()).containsExactly(2, 2);
    Allocation allocation = fixture.allocated(S1);
    assertThat(allocation.imageVersion()).isEqualTo(2);
    assertThat(holds(allocation.replica().volume(), 2)).isTrue();
    assertThat(fixture.core.images().list()).extracting(Image::ref).containsExactly(web(1), web(2));
  }

  @Test
  void stagedVersionWaitsUntilItIsPublishedAndTheFormerComesBackTheSameWay() throws Exception {
    fixture.imported(second(false));
    assertThat(fixture.core.images().get(ImageRef.current(WEB)).version()).isEqualTo(1);
    assertThat(ready()).containsExactly(1, 1);

    fixture.core.images().publish(OPERATOR, web(2));
    assertThat(ready()).containsExactly(2, 2);

    Image back = fixture.core.images().publish(OPERATOR, web(1));
    assertThat(back.current()).isTrue();
    assertThat(ready()).containsExactly(1, 1);
    assertThat(fixture.core.images().publish(OPERATOR, web(1))).isEqualTo(back);
  }

  @Test
  void serversKeepWhatTheyHoldAndItIsNotUsedAgainAfterItsScrub() throws Exception {
    Allocation held = fixture.allocated(S1);
    fixture.imported(second(true));

    assertThat(fixture.allocate(S1))
        .isEqualTo(new AllocationOutcome.Allocated(held, AllocationPath.HELD));
    assertThat(holds(held.replica().volume(), 1)).isTrue();
    fixture.core.allocations().release(OPERATOR, S1);

    assertThat(fixture.replica(held.replica()).state()).isEqualTo(ReplicaState.RETIRED);
    assertThat(fixture.core.certificates().of(held.replica())).hasSize(1);
    assertThat(fixture.driver.find(held.replica().volume())).isEmpty();
    assertThat(ready()).containsExactly(2, 2);
  }

  @Test
  void policyOfThePoolBelongsToTheName() throws Exception {
    fixture.allocated(S1);
    fixture.imported(second(true));
    fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(3));
    fixture.core.images().publish(OPERATOR, web(1));

    PoolStatus pool = fixture.core.pools().get(WEB);
    assertThat(pool.policy().ready()).isEqualTo(3);
    assertThat(pool.image().version()).isEqualTo(1);
    assertThat(pool.count(ReplicaState.READY)).isEqualTo(3);
    assertThat(pool.count(ReplicaState.ALLOCATED)).isEqualTo(1);
    assertThat(fixture.core.pools().list()).containsExactly(pool);
  }

  @Test
  void retiredVersionGoesWhenItsLastReplicaHasGone() throws Exception {
    ReplicaName held = fixture.allocated(S1).replica();
    fixture.imported(second(true));
    Image first = fixture.core.images().retire(OPERATOR, web(1));

    assertThat(first.state()).isEqualTo(ImageState.RETIRED);
    assertThat(fixture.driver.find(first.volume())).isPresent();
    assertRefused(
        DomainException.Kind.CONFLICT, () -> fixture.core.images().publish(OPERATOR, web(1)));
    assertThat(holds(held.volume(), 1)).isTrue();

    fixture.core.allocations().release(OPERATOR, S1);
    fixture.core.tick();

    assertThat(fixture.core.images().find(web(1))).isEmpty();
    assertThat(fixture.driver.find(first.volume())).isEmpty();
    assertThat(fixture.core.audit().list(OptionalLong.empty(), 1000))
        .extracting(AuditEntry::action, AuditEntry::subject)
        .contains(tuple("image.retire", "web:1"), tuple("image.delete", "web:1"));
  }

  @Test
  void retiredVersionThatAnOperatorHasMappedStays() throws Exception {
    Image first = fixture.core.images().get(web(1));
    fixture.imported(second(true));
    fixture
        .core
        .mappings()
        .map(OPERATOR, first.volume(), S2, OptionalInt.empty(), AccessMode.READ_ONLY);
    fixture.core.images().retire(OPERATOR, web(1));
    assertThat(fixture.core.images().find(web(1))).isPresent();

    fixture.core.mappings().unmap(OPERATOR, first.volume(), S2);
    fixture.core.tick();

    assertThat(fixture.core.images().find(web(1))).isEmpty();
  }

  @Test
  void currentVersionGoesLast() throws Exception {
    fixture.imported(second(true));

    assertRefused(
        DomainException.Kind.CONFLICT, () -> fixture.core.images().retire(OPERATOR, web(2)));
    assertRefused(
        DomainException.Kind.CONFLICT, () -> fixture.core.images().delete(OPERATOR, web(2)));

    fixture.core.images().delete(OPERATOR, web(1));
    fixture.core.images().retire(OPERATOR, web(2));
    fixture.core.tick();
    assertThat(fixture.core.images().list()).isEmpty();
    assertRefused(DomainException.Kind.NOT_FOUND, () -> fixture.allocate(S1));
  }

  @Test
  void nameWhoseOnlyVersionIsStagedHasNoReplicas() throws Exception {
    fixture.core.images().delete(OPERATOR, ImageRef.current(WEB));
    fixture.imported(second(false));

    assertRefused(DomainException.Kind.CONFLICT, () -> fixture.allocate(S1));
    assertRefused(
        DomainException.Kind.CONFLICT,
        () -> fixture.core.pools().set(OPERATOR, WEB, PoolChange.ready(1)));
  }

  @Test
  void deletedNameBeginsAnewButNumbersAreNotUsedAgain() throws Exception {
    fixture.core.images().delete(OPERATOR, ImageRef.current(WEB));
    Image again = fixture.importImage(WEB, 2);

    assertThat(again.version()).isEqualTo(2);
    assertThat(again.current()).isTrue();
    assertThat(fixture.core.pools().get(WEB).policy().ready()).isZero();
    assertThat(fixture.driver.find(again.volume())).isPresent();
  }

  @Test
  void importOfWhatIsCurrentMakesNothing() throws Exception {
    Image current = fixture.core.images().get(web(1));

    ImportedImage again =
        fixture.imported(
            new ImageImport(WEB, Optional.empty(), fixture.imageFile(WEB, 1), "again"));

    assertThat(again).isEqualTo(new ImportedImage(current, true));
    assertThat(fixture.core.images().list()).containsExactly(current);
    assertThat(fixture.driver.find(new VolumeName("image-web@2"))).isEmpty();
    assertThat(fixture.imported(second(true)).image().version()).isEqualTo(2);
  }

  /**
   * The sweep has read that the failed one's is to be deleted, and the import does it meanwhile.
   */
  @Test
  void volumeOfAnImageThatHasTheNameOfAFailedImportIsNotDeleted() throws Exception {
    ImageName slow = new ImageName("slow");
    ImageName other = new ImageName("other");
    Image first = fixture.importImage(slow, 2);
    refuse("delete");
    fixture.core.images().delete(OPERATOR, ImageRef.current(slow));
    CountDownLatch sweeping = new CountDownLatch(1);
    CountDownLatch undoing = new CountDownLatch(1);
    AtomicBoolean once = new AtomicBoolean(true);
    ExecutorService importer = Executors.newSingleThreadExecutor();
    List<CompletableFuture<?>> undone = new ArrayList<>();
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals("seal") && once.get()) {
            throw new VolumeException(VolumeException.Kind.IO, "it cannot be sealed");
          }
          if (call.equals("delete")
              && arguments[0].equals(new VolumeName("image-other"))
              && undoing.getCount() > 0) {
            undoing.countDown();
            sweeping.await();
          }
          if (call.equals("delete")
              && arguments[0].equals(first.volume())
              && once.getAndSet(false)) {
            sweeping.countDown();
            undone.get(0).get();
            fixture.importImage(other, 3);
          }
        };
    undone.add(
        CompletableFuture.runAsync(
            () ->
                assertThatThrownBy(() -> fixture.importImage(other, 3))
                    .hasMessageContaining("cannot be sealed"),
            importer));
    undoing.await();

    fixture.core.tick();

    importer.shutdown();
    Image again = fixture.core.images().get(ImageRef.current(other));
    assertThat(again.state()).isEqualTo(ImageState.AVAILABLE);
    assertThat(fixture.driver.find(again.volume())).isPresent();
  }

  private void refuse(String refused) {
    fixture.trouble =
        (call, arguments) -> {
          if (call.equals(refused)) {
            throw new VolumeException(VolumeException.Kind.OUT_OF_SPACE, "the journal is full");
          }
        };
  }

  @Test
  void versionsOfANameBelongToOneTenant() throws Exception {
    ImageImport foreign =
        new ImageImport(
            WEB, Optional.of(new TenantName("rich")), fixture.imageFile(WEB, 3), "a test");

    assertRefused(DomainException.Kind.CONFLICT, () -> fixture.imported(foreign));
  }

  @Test
  void labelsAreSetAndTakenAway() throws Exception {
    fixture.core.images().label(OPERATOR, web(1), ImageLabels.parse("os=debian"));
    fixture.core.images().label(OPERATOR, web(1), ImageLabels.parse("role=web"));
    Image image = fixture.core.images().label(OPERATOR, web(1), ImageLabels.parse("os="));

    assertThat(image.labels()).isEqualTo(ImageLabels.parse("role=web"));
    assertThat(fixture.core.images().get(web(1)).labels()).isEqualTo(image.labels());
  }

  @Test
  void allOfItSurvivesARestart() throws Exception {
    fixture.allocated(S1);
    fixture.imported(second(false));
    fixture.core.images().publish(OPERATOR, web(2));
    fixture.core.images().retire(OPERATOR, web(1));
    List<Image> before = fixture.core.images().list();

    fixture.restart();

    assertThat(fixture.report.differences()).isEmpty();
    assertThat(fixture.core.images().list()).isEqualTo(before);
    assertThat(ready()).containsExactly(2, 2);
  }
}
