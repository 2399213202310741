/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeKind;
import io.lunette.core.volume.VolumeException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
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
      return finish(volume, locate(volume, ask(volume, origin, noting(volume, watch))), watch);
    } catch (CimFault e) {
      if (!watch.isLeft()) {
        abandon(volume, e);
      }
      throw array.failed("cannot make", volume.called(), e);
    } catch (CancellationException e) {
      books.release(volume);
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
      if (volume.job().isPresent()) {
        array.calls().follow(path(volume.job().get()), watch);
      }
      Optional<StorageVolume> found = array.blocks().findByToken(volume.token());
      if (found.isEmpty()) {
        books.release(volume);
        return Optional.empty();
      }
      return Optional.of(finish(volume, found.get(), watch));
    } catch (CimFault e) {
      if (e.isDefinite()) {
        abandon(volume, e);
      }
      throw array.failed("cannot go on with", volume.called(), e);
    }
  }

  /** A clone that is being made anew, if the array has made it already. */
  Optional<StorageVolume> find(ArrayVolume volume, JobWatch watch) throws VolumeException {
    try {
      if (volume.job().isPresent()) {
        array.calls().follow(path(volume.job().get()), watch);
      }
      Optional<StorageVolume> found = array.blocks().findByToken(volume.token());
      return found.isPresent() ? Optional.of(finish(volume, found.get(), watch)) : Optional.empty();
    } catch (CimFault e) {
      throw array.failed("cannot make anew", volume.called(), e);
    }
  }

  /** Makes a clone anew; if that fails the books keep it, to be tried again. */
  void remake(ArrayVolume volume, ArrayVolume origin, JobWatch watch) throws VolumeException {
    try {
      MethodCalls.Outcome asked = ask(volume, Optional.of(origin), noting(volume, watch));
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
    String label = label(volume);
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

  private JobWatch noting(ArrayVolume volume, JobWatch watch) {
    return new JobWatch() {
      @Override
      public void started(String jobPath) throws CimFault {
        try {
          books.setJob(volume, Optional.of(jobPath));
        } catch (VolumeException e) {
          throw new CimFault(CimFault.Kind.JOB_LOST, 0, e.getMessage(), e);
        }
      }

      @Override
      public void progress(int percent) {
        watch.progress(percent);
      }

      @Override
      public boolean isCancelled() {
        return watch.isCancelled();
      }

      @Override
      public boolean isLeft() {
        return watch.isLeft();
      }
    };
  }

  /** Finds what was made: named by the method, affected by its job, or bearing the token. */
  private StorageVolume locate(ArrayVolume volume, MethodCalls.Outcome outcome) throws CimFault {
    Optional<CIMObjectPath> told =
        outcome
            .result()
            .reference("TheElement")
            .or(() -> outcome.result().reference("TargetElement"))
            .map(each -> Cim.in(array.model().namespace(), each));
    if (told.isPresent()) {
      return array.blocks().get(told.get());
    }
    if (outcome.job().isPresent()) {
      try {
        for (var each : array.calls().affected(outcome.job().get(), VOLUME_CLASS)) {
          StorageVolume affected = array.blocks().get(Cim.local(each.getObjectPath()));
          if (BlockServices.bears(affected.label(), volume.token())) {
            return affected;
          }
        }
      } catch (CimFault e) {
        LOG.debug("job {} does not tell what it made", outcome.job().get(), e);
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
    }
    return made;
  }

  /** Leaves nothing of a volume that could not be made; what cannot be returned now is later. */
  private void abandon(ArrayVolume volume, CimFault why) throws VolumeException {
    books.release(volume);
    if (!why.isDefinite() || books.get(volume.id()).device().isPresent()) {
      return;
    }
    try {
      if (array.blocks().findByToken(volume.token()).isEmpty()) {
        books.delete(volume);
      }
    } catch (CimFault e) {
      LOG.debug("what is left of volume '{}' is looked for later", volume.called(), e);
    }
  }
}
