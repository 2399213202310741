/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine;

import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.ErasePasses;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.EraseSample;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeName;
import io.lunette.engine.CrashModel.Content;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The steps of a {@link CrashLife} that make volumes, change them as a whole, and end them. */
final class LifeControl {

  private final LifeBooks books;

  /** Whether every volume has a key. */
  private final boolean keyed;

  LifeControl(LifeBooks books, boolean keyed) {
    this.books = books;
    this.keyed = keyed;
  }

  void create() throws Exception {
    if (books.model.now.size() >= LifeBooks.MAX_VOLUMES) {
      return;
    }
    String name = "v" + ++books.lastVolume;
    int sectors = (1 + books.random.nextInt(LifeBooks.MAX_EXTENTS * 16)) * LifeBooks.BLOCK_SECTORS;
    books.change(
        "create " + name,
        () ->
            books.driver.create(
                new VolumeName(name),
                (long) sectors * LifeBooks.SECTOR,
                books.model.blockSectors * LifeBooks.SECTOR),
        () -> books.add(name, new Content(false, false, new int[sectors])));
  }

  void snapshot() throws Exception {
    String source = books.any(false);
    if (source == null || books.model.now.size() >= LifeBooks.MAX_VOLUMES) {
      return;
    }
    String name = "s" + ++books.lastVolume;
    books.change(
        "snapshot " + name + " of " + source,
        () -> books.driver.snapshot(new VolumeName(source), new VolumeName(name)),
        () -> {
          books.add(name, new Content(true, false, books.model.now.get(source).stamps().clone()));
          books.snapshots.put(name, source);
        });
  }

  void cloneOne() throws Exception {
    String source = books.any(true);
    if (source == null || books.model.now.size() >= LifeBooks.MAX_VOLUMES) {
      return;
    }
    String name = "c" + ++books.lastVolume;
    boolean full = books.random.nextInt(3) == 0;
    books.change(
        (full ? "copy " : "clone ") + name + " of " + source,
        () -> {
          if (full) {
            books
                .driver
                .copy(new VolumeName(source), new VolumeName(name))
                .result()
                .toCompletableFuture()
                .get();
          } else {
            books.driver.clone(new VolumeName(source), List.of(new VolumeName(name)));
          }
        },
        () -> {
          int[] content = books.model.now.get(source).stamps().clone();
          books.add(name, new Content(false, false, content));
          Arrays.stream(content).forEach(books.stamps.get(name)::set);
          if (!full) {
            books.origins.put(name, content.clone());
          }
        });
  }

  void rollback() throws Exception {
    String snapshot = books.any(true);
    String source = snapshot == null ? null : books.snapshots.get(snapshot);
    if (source == null
        || !books.model.now.containsKey(source)
        || books.model.now.get(source).sealed()) {
      return;
    }
    books.close(source);
    books.change(
        "roll back " + source + " to " + snapshot,
        () -> books.driver.rollback(new VolumeName(source), new VolumeName(snapshot)),
        () ->
            books.model.now.put(
                source, new Content(false, false, books.model.now.get(snapshot).stamps().clone())));
  }

  void delete() throws Exception {
    String name = books.any(books.random.nextBoolean());
    if (name == null) {
      return;
    }
    books.close(name);
    books.change(
        "delete " + name,
        () -> books.driver.delete(new VolumeName(name)),
        () -> books.model.now.remove(name));
  }

  void resize() throws Exception {
    String name = books.any(false);
    if (name == null) {
      return;
    }
    int sectors = (1 + books.random.nextInt(LifeBooks.MAX_EXTENTS * 16)) * LifeBooks.BLOCK_SECTORS;
    books.change(
        "resize " + name + " to " + sectors,
        () -> books.driver.resize(new VolumeName(name), (long) sectors * LifeBooks.SECTOR),
        () ->
            books.model.now.computeIfPresent(
                name,
                (n, content) ->
                    new Content(false, false, Arrays.copyOf(content.stamps(), sectors))));
  }

  void seal() throws Exception {
    String name = books.any(false);
    if (name != null) {
      books.change(
          "seal " + name,
          () -> books.driver.seal(new VolumeName(name)),
          () ->
              books.model.now.computeIfPresent(
                  name, (n, c) -> new Content(true, false, c.stamps())));
    }
  }

  /** Half of them as is usual, the others by whatever else the device offers. */
  private EraseRequest eraseRequest() {
    if (books.random.nextBoolean()) {
      return EraseRequest.zeroFillVerified();
    }
    List<EraseMethod> methods =
        books.driver.capabilities().eraseMethods().stream()
            .filter(method -> keyed || method != EraseMethod.CRYPTO)
            .sorted()
            .toList();
    EraseMethod method = methods.get(books.random.nextInt(methods.size()));
    ErasePasses passes =
        method == EraseMethod.OVERWRITE
            ? new ErasePasses(books.random.nextInt(256), 1 + books.random.nextInt(2))
            : ErasePasses.NONE;
    EraseSample sample =
        switch (books.random.nextInt(3)) {
          case 0 -> EraseSample.NONE;
          case 1 -> EraseSample.ofPercent(30, books.random.nextLong());
          default -> EraseSample.ALL;
        };
    return new EraseRequest(method, passes, sample);
  }

  /** A clone has what its origin had then, and zeroes behind the end of that. */
  void erase() throws Exception {
    String name = books.any(false);
    if (name == null) {
      return;
    }
    books.close(name);
    int sectors = books.model.now.get(name).stamps().length;
    int[] origin = books.origins.getOrDefault(name, new int[0]);
    VolumeName volume = new VolumeName(name);
    EraseRequest request = eraseRequest();
    long key = books.keyOf(name);
    AtomicReference<Job<EraseReport>> job = new AtomicReference<>();
    books.change(
        "erase " + name + " by " + request.method().label(),
        () -> job.set(books.driver.erase(volume, request)),
        () -> books.model.now.put(name, new Content(false, true, Arrays.copyOf(origin, sectors))));
    if (job.get() == null) {
      return;
    }
    books.change(
        "end of the erase of " + name,
        () -> job.get().result().toCompletableFuture().get(60, TimeUnit.SECONDS),
        () -> {
          books.model.now.put(name, new Content(false, false, Arrays.copyOf(origin, sectors)));
          books.forgetKey(name, key);
          if (request.method() != EraseMethod.CRYPTO || !request.sample().isNone()) {
            forget(name, origin);
          }
        });
  }

  /** Not where an erase ends with the key: what was enciphered by it is scrubbed later. */
  private void forget(String name, int[] origin) {
    BitSet kept = new BitSet();
    Arrays.stream(origin).forEach(kept::set);
    BitSet gone = books.stamps.put(name, kept);
    gone.andNot(kept);
    books.forget(name, gone);
  }
}
