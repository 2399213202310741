/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.AccessMode;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A copy in which a bug of ours shows. */
class VolumeCopyTest extends VolumeCopiesCase {

  @Test
  void aCopyThatFailsByABugOfOursEndsAndLeavesNothing() throws Exception {
    Files.write(file, new byte[EXTENT]);
    driver.create(VOLUME, EXTENT);
    FileChannel channel = FileChannel.open(file);
    VolumeCopy copy =
        VolumeCopy.intoVolume(
            file,
            channel,
            EXTENT,
            from -> {
              throw new IllegalStateException("a bug");
            },
            driver.open(VOLUME, AccessMode.READ_WRITE),
            () -> driver.find(VOLUME).orElseThrow(),
            () -> driver.delete(VOLUME));

    assertThatThrownBy(copy::run).hasMessage("a bug");

    assertThat(copy.result().toCompletableFuture()).isCompletedExceptionally();
    assertThat(channel.isOpen()).isFalse();
    assertThat(driver.find(VOLUME)).isEmpty();
  }

  @Test
  void aCopyThatCannotBeTakenBackForABugOfOursEnds() throws Exception {
    Files.write(file, new byte[EXTENT]);
    driver.create(VOLUME, EXTENT);
    VolumeCopy copy =
        VolumeCopy.intoVolume(
            file,
            FileChannel.open(file),
            EXTENT,
            from -> {
              throw new IOException("it cannot be read");
            },
            driver.open(VOLUME, AccessMode.READ_WRITE),
            () -> driver.find(VOLUME).orElseThrow(),
            () -> {
              throw new IllegalStateException("a bug");
            });

    assertThatThrownBy(copy::run).hasMessage("a bug");

    assertThatThrownBy(() -> copy.result().toCompletableFuture().getNow(null))
        .hasMessageContaining("it cannot be read");
  }

  @Test
  void aCopyWhoseDeviceCannotBeClosedForABugOfOursEnds() throws Exception {
    Files.write(file, new byte[EXTENT]);
    driver.create(VOLUME, EXTENT);
    BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE);
    VolumeCopy copy =
        VolumeCopy.intoVolume(
            file,
            FileChannel.open(file),
            EXTENT,
            from -> OptionalLong.empty(),
            failingAtClose(device),
            () -> driver.find(VOLUME).orElseThrow(),
            () -> driver.delete(VOLUME));

    assertThatThrownBy(copy::run).hasMessage("a bug");

    assertThat(copy.result().toCompletableFuture()).isCompletedWithValueMatching(whole -> true);
    assertThat(driver.find(VOLUME)).isPresent();
    device.close();
  }

  @Test
  void aCopyWhoseDeviceCannotBeClosedForABugOfOursIsTakenBackWhereItFailed() throws Exception {
    Files.write(file, new byte[EXTENT]);
    driver.create(VOLUME, EXTENT);
    BlockDevice device = driver.open(VOLUME, AccessMode.READ_WRITE);
    AtomicBoolean isTakenBack = new AtomicBoolean();
    VolumeCopy copy =
        VolumeCopy.intoVolume(
            file,
            FileChannel.open(file),
            EXTENT,
            from -> {
              throw new IOException("it cannot be read");
            },
            failingAtClose(device),
            () -> driver.find(VOLUME).orElseThrow(),
            () -> isTakenBack.set(true));

    assertThatThrownBy(copy::run).hasMessage("a bug");

    assertThat(copy.result().toCompletableFuture()).isCompletedExceptionally();
    assertThat(isTakenBack).isTrue();
    device.close();
  }

  private static BlockDevice failingAtClose(BlockDevice device) {
    return (BlockDevice)
        Proxy.newProxyInstance(
            BlockDevice.class.getClassLoader(),
            new Class<?>[] {BlockDevice.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                throw new IllegalStateException("a bug");
              }
              return method.invoke(device, arguments);
            });
  }
}
