/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.DomainException;
import io.lunette.core.scrub.CertifiedErase;
import io.lunette.core.volume.EraseMethod;
import io.lunette.core.volume.EraseRequest;
import io.lunette.core.volume.Job;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.JobBook;
import io.lunette.smis.provider.ProviderParts;
import io.lunette.smis.provider.model.CimErrors;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Model;
import io.lunette.smis.provider.model.Names;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Erases volumes: SMI-S profile Erasure. The volume reads as zeroes afterwards, also one that
 * depends on another, whose content would show through it. What was erased is read back.
 */
final class Erasure {

  private static final long VOLUME = 1;

  final Kind<Estate> service;
  private final ProviderParts parts;
  private final Names names;
  private final VolumeChanges changes;
  private final JobControl jobs;

  Erasure(
      Model model,
      ArraySystem array,
      ProviderParts parts,
      Names names,
      VolumeChanges changes,
      JobControl jobs) {
    this.parts = parts;
    this.names = names;
    this.changes = changes;
    this.jobs = jobs;
    this.service = array.service("LUNETTE_StorageErasureService", "StorageErasureService");
    array.capabilities(
        "LUNETTE_StorageErasureCapabilities",
        "erasure",
        (estate, unused, instance) ->
            instance
                .set("ErasureMethods", methods().stream().map(EraseMethod::label).toList())
                .set("DefaultErasureMethod", EraseMethod.ZERO_FILL.label())
                .set("CanEraseOnReturnToStoragePool", true)
                .numbers("ElementTypesSupported", VOLUME),
        array.system,
        service);
    model.method(service, "Erase", this::erase);
  }

  private List<EraseMethod> methods() {
    return parts.driver().capabilities().eraseMethods().stream()
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  private MethodResult erase(MethodCall call) {
    Optional<ObjectPath> element = call.reference("Element");
    if (element.isEmpty() || call.number("ElementType").orElse(VOLUME) != VOLUME) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    Optional<EraseMethod> method = method(call.text("ErasureMethod"));
    if (method.isEmpty()) {
      return MethodResult.of(MethodResult.NOT_SUPPORTED);
    }
    synchronized (changes) {
      VolumeInfo volume = changes.existing(call.estate(), element.get());
      changes.requireFree(volume.name());
      VolumeChanges.requireWritable(volume);
      return begin(call, volume, new EraseRequest(method.get(), true));
    }
  }

  /** The method of that name, else zero-fill; empty for one that the device does not have. */
  private Optional<EraseMethod> method(Optional<String> wanted) {
    String label = wanted.orElse(EraseMethod.ZERO_FILL.label());
    return methods().stream().filter(each -> each.label().equalsIgnoreCase(label)).findFirst();
  }

  private MethodResult begin(MethodCall call, VolumeInfo volume, EraseRequest request) {
    Job<CertifiedErase> job;
    try {
      job = parts.core().erasures().erase(call.actor(), volume.name(), request);
    } catch (DomainException e) {
      throw CimErrors.of(e);
    } catch (VolumeException e) {
      if (e.kind() == VolumeException.Kind.BUSY) {
        return MethodResult.of(MethodResult.IN_USE);
      }
      throw CimErrors.of(e);
    }
    if (volume.origin().isPresent()) {
      job = new HiddenOrigin(parts.driver(), volume.name(), job, parts.workers());
    }
    JobBook.Entry entry = parts.jobs().add("volume-erase", volume.name().value(), job);
    return CimErrors.translating(
        () -> {
          names.record(call.actor(), "volume.erase", volume.name(), request.describe());
          return MethodResult.of(MethodResult.JOB_STARTED)
              .with("Job", jobs.path(call.estate(), entry));
        });
  }
}
