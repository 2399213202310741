/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test class after which Netty's leak detector, at paranoid, reports a buffer that nobody
 * released. On for every test of the module (service file and junit-platform.properties).
 */
public final class LeakGuard implements Extension, AfterAllCallback {

  private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

  /** Installed before any buffer class is initialised, which asks for its detector once. */
  public LeakGuard() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @Override
          @Deprecated
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval, long maxActive) {
            return new Recording<>(resource, samplingInterval);
          }

          @Override
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval) {
            return new Recording<>(resource, samplingInterval);
          }
        });
  }

  private static final class Recording<T> extends ResourceLeakDetector<T> {

    Recording(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected void reportTracedLeak(String resource, String records) {
      LEAKS.add(resource + records);
    }

    @Override
    protected void reportUntracedLeak(String resource) {
      LEAKS.add(resource);
    }
  }

  /**
   * Leaks known so far: collects garbage, waits until it was looked at, and asks the detector. What
   * one collection has found is queued in no order, but before anything that the next one finds.
   */
  public static List<String> leaks() throws InterruptedException {
    awaitCollection();
    awaitCollection();
    PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
    return List.copyOf(LEAKS);
  }

  private static void awaitCollection() throws InterruptedException {
    ReferenceQueue<Object> collected = new ReferenceQueue<>();
    WeakReference<Object> witness = new WeakReference<>(new Object(), collected);
    do {
      System.gc();
    } while (collected.remove(1_000) != witness);
  }

  /** Forgets the leaks that a test has made on purpose. */
  public static void forget() {
    LEAKS.clear();
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    List<String> leaks = leaks();
    forget();
    assertThat(leaks).as("buffers leaked by %s", context.getDisplayName()).isEmpty();
  }
}
