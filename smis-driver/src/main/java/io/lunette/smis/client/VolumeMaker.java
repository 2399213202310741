/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeKind;
import io.lunette.core.volume.VolumeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes at the array what the books say is to be made, so that a failure leaves nothing behind and
 * a restart does nothing twice.
 *
 * <p>The order: the books have the volume and with it the token that its label begins with; the
 * array is asked; a job it begins is noted before it is followed; the array's path is noted; only
 * then does the volume get a state in which it is used. If the array has said that it did not do
 * it, what there is of the volume is returned. If it has not said, the volume loses its name and is
 * looked for, by its token, until it is found or a while has passed.
 *
 * <p>Thread-safe; the caller holds the lock of the volume's name.
 */
final class VolumeMaker {

  private static final Logger LOG = LoggerFactory.getLogger(VolumeMaker.class);
  private static final String VOLUME_CLASS = "CIM_StorageVolume";
  private static final int LABEL_MAX = 60;

  private final ArrayServices array;
  private final VolumeBooks books;

  VolumeMaker(ArrayServices array, VolumeBooks books) {
    this.array = array;
    this.books = books;
  }

  /** Makes a volume of which nothing is at the array. */
  StorageVolume make(ArrayVolume volume, Optional<ArrayVolume> origin, JobWatch watch)
      throws VolumeException {
    try {
      MethodCalls.Outcome asked = begin(volume, origin, watch);
      return finish(volume, locate(volume, asked), watch);
    } catch (CimFault e) {
      // What the array may have made, or may yet make, is to be returned.
      if (!array.waiting().isLeft(watch)) {
        books.release(volume);
      }
      throw array.failed("cannot make", volume.called(), e);
    } catch (CancellationException e) {
      books.release(volume);
      throw e;
    }
  }

  /** Asks the array for a volume; where nothing was made of it, the books have none either. */
  private MethodCalls.Outcome begin(
      ArrayVolume volume, Optional<ArrayVolume> origin, JobWatch watch)
      throws CimFault, VolumeException {
    try {
      return ask(volume, origin, new NotingWatch(books, volume, watch));
    } catch (CimFault e) {
      if (isUnmade(volume, e)) {
        books.delete(volume);
      }
      throw e;
    }
  }

  /**
   * Goes on with a volume that may be at the array already.
   *
   * @return what became of it; empty if the array has none, and then the books have none either
   */
  Optional<StorageVolume> resume(ArrayVolume volume, JobWatch watch) throws VolumeException {
    try {
      if (volume.device().isPresent()) {
        StorageVolume there = array.blocks().get(path(volume.device().get()));
        return Optional.of(finish(volume, there, watch));
      }
      Optional<StorageVolume> found = await(volume, watch);
      if (found.isEmpty()) {
        books.release(volume);
        return Optional.empty();
      }
      return Optional.of(finish(volume, found.get(), watch));
    } catch (CimFault e) {
      if (e.isDefinite() && e.kind() != CimFault.Kind.UNREACHABLE) {
        if (isUnmade(volume, e)) {
          books.delete(volume);
        } else {
          books.release(volume);
        }
      }
      throw array.failed("cannot go on with", volume.called(), e);
    }
  }

  /** A clone that is being made anew, if the array has made it already. */
  Optional<StorageVolume> find(ArrayVolume volume, JobWatch watch) throws VolumeException {
    try {
      Optional<StorageVolume> found = await(volume, watch);
      return found.isPresent() ? Optional.of(finish(volume, found.get(), watch)) : Optional.empty();
    } catch (CimFault e) {
      throw array.failed("cannot make anew", volume.called(), e);
    }
  }

  /** What the array has of a volume once the job that makes it, if one is known, has ended. */
  private Optional<StorageVolume> await(ArrayVolume volume, JobWatch watch)
      throws CimFault, VolumeException {
    if (volume.job().isPresent()) {
      CIMObjectPath job = path(volume.job().get());
      array.calls().follow(job, watch);
      Optional<StorageVolume> affected = affected(volume, job);
      if (affected.isPresent()) {
        return affected;
      }
    }
    return array.blocks().findByToken(volume.token());
  }

  /** Makes a clone anew; if that fails the books keep it, to be tried again. */
  void remake(ArrayVolume volume, ArrayVolume origin, JobWatch watch) throws VolumeException {
    try {
      MethodCalls.Outcome asked =
          ask(volume, Optional.of(origin), new NotingWatch(books, volume, watch));
      finish(volume, locate(volume, asked), watch);
    } catch (CimFault e) {
      throw array.failed("cannot make anew", volume.called(), e);
    }
  }

  private static CIMObjectPath path(String text) {
    return new CIMObjectPath(text);
  }

  static String label(ArrayVolume volume) {
    String whole = volume.token() + "_" + volume.called().value().replace('@', '-');
    return whole.length() > LABEL_MAX ? whole.substring(0, LABEL_MAX) : whole;
  }

  private MethodCalls.Outcome ask(ArrayVolume volume, Optional<ArrayVolume> origin, JobWatch watch)
      throws CimFault, VolumeException {
    try {
      return ask(volume, origin, label(volume), watch);
    } catch (CimFault e) {
      if (!e.isAboutParameters()) {
        throw e;
      }
      // Arrays differ in how long a label may be and in what may stand in it.
      return ask(volume, origin, volume.token(), watch);
    }
  }

  private MethodCalls.Outcome ask(
      ArrayVolume volume, Optional<ArrayVolume> origin, String label, JobWatch watch)
      throws CimFault, VolumeException {
    if (origin.isEmpty()) {
      return array.blocks().create(label, volume.sizeBytes(), watch);
    }
    CIMObjectPath source =
        path(
            origin
                .get()
                .device()
                .orElseThrow(
                    () ->
                        new VolumeException(
                            VolumeException.Kind.BUSY,
                            "volume '" + origin.get().called() + "' is not at the array yet")));
    CopyServices.Purpose purpose =
        volume.kind() == ArrayVolumeKind.SNAPSHOT
            ? CopyServices.Purpose.SNAPSHOT
            : CopyServices.Purpose.CLONE;
    return array.copies().copy(purpose, source, label, watch);
  }

  /** Finds what was made: named by the method, affected by its job, or bearing the token. */
  private StorageVolume locate(ArrayVolume volume, MethodCalls.Outcome outcome)
      throws CimFault, VolumeException {
    Optional<CIMObjectPath> told =
        outcome
            .result()
            .reference("TheElement")
            .or(() -> outcome.result().reference("TargetElement"))
            .map(each -> Cim.in(array.model().namespace(), each));
    if (told.isPresent()) {
      Optional<StorageVolume> found = array.blocks().find(told.get());
      if (found.isPresent()) {
        return found.get();
      }
    }
    if (outcome.job().isPresent()) {
      Optional<StorageVolume> affected = affected(volume, outcome.job().get());
      if (affected.isPresent()) {
        return affected.get();
      }
    }
    return array
        .blocks()
        .findByToken(volume.token())
        .orElseThrow(
            () ->
                new CimFault(
                    CimFault.Kind.JOB_LOST,
                    0,
                    "it says that it was made, but shows no such volume"));
  }

  /**
   * What a job affected that can only be what it made: the volume that bears the token, or else,
   * where the array labels volumes as it likes, the only one that is not another of ours.
   */
  private Optional<StorageVolume> affected(ArrayVolume volume, CIMObjectPath job)
      throws VolumeException {
    try {
      List<StorageVolume> strangers = new ArrayList<>();
      Set<String> ours =
          books.all().stream()
              .flatMap(each -> each.device().stream())
              .map(each -> Cim.identity(path(each)))
              .collect(Collectors.toSet());
      for (CIMInstance each : array.calls().affected(job, VOLUME_CLASS)) {
        StorageVolume found = array.blocks().get(Cim.local(each.getObjectPath()));
        if (BlockServices.bears(found.label(), volume.token())) {
          return Optional.of(found);
        }
        if (!ours.contains(Cim.identity(found.path()))) {
          strangers.add(found);
        }
      }
      return strangers.size() == 1 ? Optional.of(strangers.get(0)) : Optional.empty();
    } catch (CimFault e) {
      LOG.debug("job {} does not tell what it made", job, e);
      return Optional.empty();
    }
  }

  private StorageVolume finish(ArrayVolume volume, StorageVolume made, JobWatch watch)
      throws CimFault, VolumeException {
    books.setDevice(volume, Optional.of(made.path().toString()));
    if (made.sizeBytes() < volume.sizeBytes() || made.blockBytes() != volume.blockBytes()) {
      throw new CimFault(
          CimFault.Kind.RETURN_CODE,
          5,
          "it made one of "
              + made.sizeBytes()
              + " bytes in blocks of "
              + made.blockBytes()
              + ", not of "
              + volume.sizeBytes()
              + " in blocks of "
              + volume.blockBytes());
    }
    if (volume.kind() == ArrayVolumeKind.CLONE || volume.kind() == ArrayVolumeKind.COPY) {
      array.copies().detach(made.path(), watch);
    } else if (volume.kind() == ArrayVolumeKind.SNAPSHOT) {
      Optional<CIMInstance> unused = array.copies().awaitWhole(made.path(), watch);
    }
    return made;
  }

  /**
   * Whether nothing of a volume is at the array, nor will be: it could not be asked, or has said
   * that it did not do it and has no such volume.
   */
  private boolean isUnmade(ArrayVolume volume, CimFault why) throws VolumeException {
    ArrayVolume now = books.get(volume.id());
    if (!why.isDefinite() || now.device().isPresent()) {
      return false;
    }
    if (why.kind() == CimFault.Kind.UNREACHABLE) {
      return now.job().isEmpty();
    }
    try {
      return array.blocks().findByToken(volume.token()).isEmpty();
    } catch (CimFault e) {
      LOG.debug("what is left of volume '{}' is looked for later", volume.called(), e);
      return false;
    }
  }
}
