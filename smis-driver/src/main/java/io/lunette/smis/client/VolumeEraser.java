/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.ArrayVolume;
import io.lunette.core.array.ArrayVolumeKind;
import io.lunette.core.array.ArrayVolumeState;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseReport;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.VolumeException;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.metricshub.wbem.javax.cim.CIMObjectPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what was written to a volume: by the array's erasure service where that has the method
 * asked for, and by our own writes otherwise; both are read back through the data path. A clone is
 * then returned to the pool and made anew from its origin. Used by the worker that runs the job.
 */
final class VolumeEraser {

  private static final Logger LOG = LoggerFactory.getLogger(VolumeEraser.class);
  private static final long EXTENT_BYTES = 64 << 10;
  private static final int ELEMENT_VOLUME = 1;

  private final ArrayServices array;
  private final VolumeBooks books;
  private final OwnPaths paths;
  private final VolumeMaker maker;
  private final VolumeReturner returner;
  private final Clock clock;

  VolumeEraser(
      ArrayServices array,
      VolumeBooks books,
      OwnPaths paths,
      VolumeMaker maker,
      VolumeReturner returner,
      Clock clock) {
    this.array = array;
    this.books = books;
    this.paths = paths;
    this.maker = maker;
    this.returner = returner;
    this.clock = clock;
  }

  /**
   * Erases a volume that is ERASING, or ends the erase of one that is REPLACING.
   *
   * @param renewing told of the identity that the volume is about to have instead
   */
  EraseReport run(
      ArrayVolume volume, EraseRequest request, ArrayJob<EraseReport> job, Consumer<UUID> renewing)
      throws VolumeException {
    if (volume.state() == ArrayVolumeState.REPLACING) {
      return replace(volume, job, renewing);
    }
    EraseReport report = wipe(volume, request, job);
    if (volume.kind() != ArrayVolumeKind.CLONE) {
      books.renewed(volume, ArrayVolumeState.ERASING);
      return report;
    }
    books.wiped(volume, EraseRecord.write(report));
    return replace(books.get(volume.id()), job, renewing);
  }

  private EraseReport replace(
      ArrayVolume volume, ArrayJob<EraseReport> job, Consumer<UUID> renewing)
      throws VolumeException {
    EraseReport report = EraseRecord.read(volume.called(), volume.report().orElseThrow());
    if (volume.device().isPresent() && volume.written()) {
      throw new VolumeException(
          VolumeException.Kind.IO, "volume '" + volume.called() + "' was not overwritten");
    }
    ArrayVolume made = volume;
    if (volume.job().isPresent() || volume.device().isEmpty()) {
      if (maker.find(volume, job).isEmpty()) {
        made = renew(volume, renewing);
        makeAnew(made, job);
      }
    } else {
      returner.giveBack(volume);
      books.setDevice(volume, Optional.empty());
      makeAnew(books.get(volume.id()), job);
    }
    books.renewed(made, ArrayVolumeState.REPLACING);
    return report;
  }

  /** An array that was asked before may yet come with what it was asked for. */
  private ArrayVolume renew(ArrayVolume volume, Consumer<UUID> renewing) throws VolumeException {
    UUID id = UUID.randomUUID();
    renewing.accept(id);
    ArrayVolume renewed = books.renew(books.get(volume.id()), id);
    returner.request();
    return renewed;
  }

  private void makeAnew(ArrayVolume volume, ArrayJob<EraseReport> job) throws VolumeException {
    ArrayVolume origin = books.get(volume.originId().orElseThrow());
    maker.remake(volume, origin, job);
  }

  private EraseReport wipe(ArrayVolume volume, EraseRequest request, ArrayJob<EraseReport> job)
      throws VolumeException {
    Instant started = clock.instant();
    Optional<String> service = method(request.method());
    try {
      if (service.isPresent()) {
        eraseByService(volume, service.get(), job);
      }
      long verified;
      try (BlockDevice device = paths.open(volume, AccessMode.READ_WRITE)) {
        DeviceWipe wipe =
            new DeviceWipe(device, job::doneBytes, () -> job.isCancelled() || job.isLeft());
        verified = -1;
        if (service.isPresent()) {
          verified = wipe.readBack(request.sample());
        }
        boolean ours = verified < 0;
        if (ours) {
          wipe.overwrite(request);
          verified = wipe.readBack(request.sample());
        }
        if (verified < 0) {
          throw new VolumeException(
              VolumeException.Kind.IO,
              "array '"
                  + array.name()
                  + "': volume '"
                  + volume.called()
                  + "' does not read as zeroes after it was overwritten with them");
        }
        return report(volume, request, verified, started, ours ? "" : " by its erasure service");
      }
    } catch (CimFault e) {
      throw array.failed("cannot erase", volume.called(), e);
    } catch (BlockException e) {
      throw new VolumeException(
          VolumeException.Kind.IO,
          "array '"
              + array.name()
              + "': cannot erase volume '"
              + volume.called()
              + "': "
              + e.getMessage(),
          e);
    }
  }

  private EraseReport report(
      ArrayVolume volume, EraseRequest request, long verified, Instant started, String how) {
    return new EraseReport(
        volume.called(),
        Optional.of(volume.id()),
        request,
        (volume.sizeBytes() + EXTENT_BYTES - 1) / EXTENT_BYTES,
        volume.sizeBytes(),
        verified,
        "iscsi",
        "array " + array.name() + " (" + array.model().systemName() + ")" + how,
        started,
        clock.instant(),
        Optional.empty());
  }

  /** The array's name of a method, if it has it. */
  private Optional<String> method(EraseMethod method) {
    String wanted = letters(method.label());
    return array.erasure().stream().filter(each -> letters(each).equals(wanted)).findFirst();
  }

  private static String letters(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
  }

  private void eraseByService(ArrayVolume volume, String method, JobWatch watch) throws CimFault {
    CIMObjectPath element = new CIMObjectPath(volume.device().orElseThrow());
    try {
      array
          .calls()
          .call(
              ArrayModel.path(array.model().erasure().orElseThrow()),
              "Erase",
              watch,
              Cim.reference("Element", element),
              Cim.uint16("ElementType", ELEMENT_VOLUME),
              Cim.text("ErasureMethod", method));
    } catch (CimFault e) {
      if (e.kind() == CimFault.Kind.UNREACHABLE || !e.isDefinite()) {
        throw e;
      }
      LOG.warn(
          "array '{}': its erasure service does not erase volume '{}', Lunette does: {}",
          array.name(),
          volume.called(),
          e.getMessage());
    }
  }
}
