/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.audit.Actor;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.ProviderParts;
import io.lunette.smis.provider.model.CimErrors;
import io.lunette.smis.provider.model.Editor;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Names;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Makes, grows, renames and deletes volumes. What the value map of a method names is a return code;
 * for the rest the client gets a CIM error with a line that says why. Thread-safe: changes come one
 * after the other.
 */
final class VolumeChanges implements Editor {

  /** ElementType: volume, thin volume. Both are thin here. */
  private static final Set<Long> ELEMENT_TYPES = Set.of(2L, 5L);

  private static final long CONTINUE_ON_MISSING = 2;

  private final ProviderParts parts;
  private final Names names;
  private final VolumeNaming naming;
  private volatile StorageVolumes volumes;
  private volatile StoragePools pools;

  VolumeChanges(ProviderParts parts, Names names) {
    this.parts = parts;
    this.names = names;
    this.naming = new VolumeNaming(parts);
  }

  /** Says how volumes and pools are told of; once, before the first call. */
  void tellBy(StorageVolumes theVolumes, StoragePools thePools) {
    volumes = theVolumes;
    pools = thePools;
  }

  /** CreateOrModifyElementFromStoragePool. */
  synchronized MethodResult createOrModify(MethodCall call) {
    OptionalLong type = call.number("ElementType");
    if (type.isPresent() && !ELEMENT_TYPES.contains(type.getAsLong())) {
      return MethodResult.of(MethodResult.NOT_SUPPORTED);
    }
    OptionalLong size = call.number("Size");
    if (size.isPresent() && size.getAsLong() <= 0) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    Optional<ObjectPath> element = call.reference("TheElement");
    return element.isPresent() ? modify(call, element.get(), size) : create(call, size);
  }

  private MethodResult create(MethodCall call, OptionalLong size) {
    Optional<ObjectPath> pool = call.reference("InPool");
    boolean otherPool =
        pool.isPresent() && !pool.get().key("InstanceID").equals(concretePool(call.estate()));
    if (size.isEmpty() || otherPool) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    long rounded = rounded(size.getAsLong());
    VolumeInfo made =
        CimErrors.translating(
            () -> {
              String label = naming.label(call.text("ElementName"));
              try (VolumeNaming.Held held = naming.hold(label)) {
                VolumeInfo volume = parts.driver().create(held.name(), rounded);
                names.label(
                    call.actor(), "volume.create", volume, label, volume.sizeBytes() + " bytes");
                return volume;
              }
            });
    return MethodResult.ok()
        .with("Size", made.sizeBytes())
        .with("TheElement", volumes.path(call.estate(), made.name()));
  }

  private String concretePool(Estate estate) {
    return pools.path(estate).key("InstanceID");
  }

  private MethodResult modify(MethodCall call, ObjectPath element, OptionalLong size) {
    VolumeInfo volume = existing(call.estate(), element);
    requireFree(volume.name());
    Optional<String> label = call.text("ElementName");
    VolumeInfo changed =
        CimErrors.translating(
            () -> {
              VolumeInfo now = volume;
              if (size.isPresent() && rounded(size.getAsLong()) != volume.sizeBytes()) {
                now = parts.driver().resize(volume.name(), rounded(size.getAsLong()));
                names.record(
                    call.actor(), "volume.resize", volume.name(), now.sizeBytes() + " bytes");
              }
              return now;
            });
    label.ifPresent(text -> rename(call.actor(), changed, text));
    return MethodResult.ok()
        .with("Size", changed.sizeBytes())
        .with("TheElement", volumes.path(call.estate(), changed.name()));
  }

  private void rename(Actor actor, VolumeInfo volume, String label) {
    CimErrors.translating(
        () -> {
          names.label(
              actor, "volume.rename", volume, naming.label(Optional.of(label)), "'" + label + "'");
          return null;
        });
  }

  /** ReturnToStoragePool. */
  synchronized MethodResult returnOne(MethodCall call) {
    Optional<ObjectPath> element = call.reference("TheElement");
    if (element.isEmpty()) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    return MethodResult.of(delete(call.actor(), existing(call.estate(), element.get())));
  }

  /** ReturnElementsToStoragePool. */
  synchronized MethodResult returnSeveral(MethodCall call) {
    List<ObjectPath> elements = call.references("TheElements");
    boolean goOn = call.number("Options").orElse(0) == CONTINUE_ON_MISSING;
    if (elements.isEmpty()) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    List<Optional<VolumeInfo>> found =
        elements.stream().map(path -> volumes.volumes.find(call.estate(), path)).toList();
    if (!goOn && found.stream().anyMatch(Optional::isEmpty)) {
      return MethodResult.of(MethodResult.INVALID_PARAMETER);
    }
    for (Optional<VolumeInfo> volume : found) {
      long code = volume.isPresent() ? delete(call.actor(), volume.get()) : MethodResult.OK;
      if (code != MethodResult.OK) {
        return MethodResult.of(code);
      }
    }
    return MethodResult.ok();
  }

  /**
   * Deletes a volume; the return code. What an initiator or a job uses is in use. Called with the
   * lock of this.
   */
  long delete(Actor actor, VolumeInfo volume) {
    requireUnowned(volume.name());
    try {
      if (isMapped(volume.name())) {
        return MethodResult.IN_USE;
      }
      parts.driver().delete(volume.name());
    } catch (VolumeException e) {
      if (e.kind() == VolumeException.Kind.BUSY) {
        return MethodResult.IN_USE;
      }
      throw CimErrors.of(e);
    }
    return CimErrors.translating(
        () -> {
          names.forget(actor, volume.name());
          return MethodResult.OK;
        });
  }

  private boolean isMapped(VolumeName volume) throws VolumeException {
    return parts.masking().mappings().stream().anyMatch(mapping -> mapping.volume().equals(volume));
  }

  /** ModifyInstance of a volume: its ElementName. */
  @Override
  public synchronized void modify(
      Actor actor, Estate estate, ObjectPath path, CimInstance wanted, Set<String> properties) {
    VolumeInfo volume = existing(estate, path);
    CimInstance there = volumes.volumes.instance(estate, volume);
    for (String property : properties) {
      boolean same =
          wanted.get(property) == null || there.text(property).equals(wanted.text(property));
      if (!same && !property.equalsIgnoreCase("ElementName")) {
        throw new CimException(
            CimStatus.NOT_SUPPORTED, "of a volume ElementName alone can be changed");
      }
    }
    if (properties.contains("ElementName") && wanted.get("ElementName") != null) {
      requireFree(volume.name());
      rename(actor, volume, wanted.text("ElementName"));
    }
  }

  /**
   * The volume at a path.
   *
   * @throws CimException NOT_FOUND
   */
  VolumeInfo existing(Estate estate, ObjectPath path) {
    return volumes
        .volumes
        .find(estate, path)
        .orElseThrow(() -> new CimException(CimStatus.NOT_FOUND, "there is no volume " + path));
  }

  /**
   * Refuses what would pass the domain by, or change what somebody is filling.
   *
   * @throws CimException FAILED with the reason
   */
  void requireFree(VolumeName volume) {
    requireUnowned(volume);
    requireFilled(volume);
  }

  /**
   * Refuses what somebody is filling, as an import does.
   *
   * @throws CimException FAILED with the reason
   */
  void requireFilled(VolumeName volume) {
    CimErrors.translating(
        () -> {
          parts.core().claims().requireFree(volume);
          return null;
        });
  }

  private void requireUnowned(VolumeName volume) {
    parts
        .owners()
        .ownerOf(volume)
        .ifPresent(
            reason -> {
              throw new CimException(CimStatus.FAILED, reason);
            });
  }

  /**
   * Refuses what cannot be written to.
   *
   * @throws CimException FAILED
   */
  static void requireWritable(VolumeInfo volume) {
    if (volume.state() != VolumeState.WRITABLE) {
      throw new CimException(
          CimStatus.FAILED, "volume '" + volume.name() + "' is " + volume.state());
    }
  }

  private static long rounded(long bytes) {
    try {
      return Math.addExact(bytes, StoragePools.SIZE_STEP - 1)
          / StoragePools.SIZE_STEP
          * StoragePools.SIZE_STEP;
    } catch (ArithmeticException e) {
      throw new CimException(CimStatus.INVALID_PARAMETER, "Size is too large", e);
    }
  }
}
