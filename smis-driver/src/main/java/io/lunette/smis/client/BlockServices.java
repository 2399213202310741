/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * Pools and volumes of an array (SMI-S Block Services, Thin Provisioning).
 *
 * <p>Where the array makes thin volumes Lunette asks for those: they read as zeroes where nothing
 * was written. A fully provisioned one is overwritten before it is used. Thread-safe.
 */
final class BlockServices {

  /** ElementType of CreateOrModifyElementFromStoragePool. */
  private static final int VOLUME = 2;

  private static final int THIN_VOLUME = 5;

  /** What GetSupportedSizeRange returns where GetSupportedSizes is to be asked. */
  private static final int SIZES_ARE_DISCRETE = 2;

  /** Usage. */
  private static final int UNRESTRICTED = 2;

  /** SupportedStorageElementFeatures. */
  private static final int MODIFICATION = 5;

  private static final int EXPANSION = 12;
  private static final int REDUCTION = 13;

  /** What is read of a volume. */
  private static final String[] VOLUME_PROPERTIES = {
    "SystemName",
    "DeviceID",
    "Name",
    "ElementName",
    "BlockSize",
    "NumberOfBlocks",
    "ThinlyProvisioned",
    "OperationalStatus"
  };

  private final CimSession session;
  private final MethodCalls calls;
  private final ArrayModel model;
  private final CIMObjectPath pool;
  private final boolean thin;
  private final List<Integer> features;

  private BlockServices(
      CimSession session,
      MethodCalls calls,
      ArrayModel model,
      CIMObjectPath pool,
      boolean thin,
      List<Integer> features) {
    this.session = session;
    this.calls = calls;
    this.model = model;
    this.pool = pool;
    this.thin = thin;
    this.features = features;
  }

  /** Reads what the array's pools are and can do. */
  static BlockServices discover(
      CimSession session, MethodCalls calls, ArrayModel model, Optional<String> poolName)
      throws CimFault {
    CIMObjectPath pool = choose(pools(session, model), poolName);
    String className = "CIM_StorageConfigurationCapabilities";
    List<CIMInstance> own = Discovery.capabilities(session, pool, className);
    if (own.isEmpty()) {
      own = Discovery.capabilities(session, model.configuration(), className);
    }
    boolean thin =
        own.stream()
            .anyMatch(
                each -> Cim.numbers(each, "SupportedStorageElementTypes").contains(THIN_VOLUME));
    List<Integer> features =
        own.stream()
            .flatMap(each -> Cim.numbers(each, "SupportedStorageElementFeatures").stream())
            .toList();
    return new BlockServices(session, calls, model, pool, thin, features);
  }

  private static List<CIMInstance> pools(CimSession session, ArrayModel model) throws CimFault {
    try {
      List<CIMInstance> hosted =
          session.associators(model.system(), "CIM_HostedStoragePool", "CIM_StoragePool");
      if (!hosted.isEmpty()) {
        return hosted;
      }
    } catch (CimFault e) {
      if (!e.isUnknown()) {
        throw e;
      }
    }
    return session.enumerate(model.namespace(), "CIM_StoragePool");
  }

  private static CIMObjectPath choose(List<CIMInstance> pools, Optional<String> wanted)
      throws CimFault {
    List<CIMInstance> concrete =
        pools.stream().filter(each -> !Cim.flag(each, "Primordial", false)).toList();
    Optional<CIMInstance> chosen =
        concrete.stream()
            .filter(each -> wanted.map(name -> isNamed(each, name)).orElse(isForVolumes(each)))
            .max(
                Comparator.comparingLong(
                    each -> Cim.number(each, "RemainingManagedSpace").orElse(0)));
    return Cim.local(
        chosen
            .orElseThrow(
                () ->
                    new CimFault(
                        CimFault.Kind.STATUS,
                        CimFault.NOT_SUPPORTED,
                        wanted.map(each -> "there is no pool '" + each + "'").orElse("no pool")
                            + "; it has "
                            + concrete.stream().map(BlockServices::label).sorted().toList()))
            .getObjectPath());
  }

  /** Not one that is kept for the system, for deltas or for spare disks. */
  private static boolean isForVolumes(CIMInstance pool) {
    return Cim.number(pool, "Usage").orElse(UNRESTRICTED) == UNRESTRICTED;
  }

  private static boolean isNamed(CIMInstance pool, String name) {
    return Cim.text(pool, "InstanceID").filter(name::equals).isPresent()
        || Cim.text(pool, "PoolID").filter(name::equals).isPresent()
        || label(pool).equals(name);
  }

  static String label(CIMInstance pool) {
    return Cim.text(pool, "ElementName")
        .or(() -> Cim.text(pool, "PoolID"))
        .or(() -> Cim.key(pool.getObjectPath(), "InstanceID"))
        .orElse("");
  }

  /** The pool that volumes are made in. */
  CIMObjectPath pool() {
    return pool;
  }

  CIMInstance poolNow() throws CimFault {
    return session.get(pool);
  }

  /** The concrete pools now. */
  List<CIMInstance> pools() throws CimFault {
    return pools(session, model).stream()
        .filter(each -> !Cim.flag(each, "Primordial", false))
        .toList();
  }

  boolean isThin() {
    return thin;
  }

  /** An array that does not say counts as one that can. */
  boolean expands() {
    return features.isEmpty() || features.contains(EXPANSION) || features.contains(MODIFICATION);
  }

  boolean shrinks() {
    return features.contains(REDUCTION);
  }

  /** Makes a volume; what it is called is up to the array, so it is found by its label after it. */
  MethodCalls.Outcome create(String label, long sizeBytes, JobWatch watch) throws CimFault {
    MethodCalls.Outcome made = ask(label, sizeBytes, watch);
    if (made.isRefused() && made.result().code() == ReturnCodes.SIZE_NOT_SUPPORTED) {
      OptionalLong next = nextSize(sizeBytes, made.result());
      made = next.isPresent() ? ask(label, next.getAsLong(), watch) : made;
    }
    if (made.isRefused()) {
      throw made.result().refused();
    }
    return made;
  }

  private MethodCalls.Outcome ask(String label, long sizeBytes, JobWatch watch) throws CimFault {
    return calls.attempt(
        model.configuration(),
        "CreateOrModifyElementFromStoragePool",
        watch,
        Cim.text("ElementName", label),
        Cim.uint16("ElementType", thin ? THIN_VOLUME : VOLUME),
        Cim.uint64("Size", sizeBytes),
        Cim.reference("InPool", pool));
  }

  /** The next larger size that the array names, or that its pool says it can make. */
  private OptionalLong nextSize(long sizeBytes, MethodResult refusal) throws CimFault {
    long nearest = refusal.number("Size").orElse(0);
    if (nearest > sizeBytes) {
      return OptionalLong.of(nearest);
    }
    MethodResult range = session.invoke(pool, "GetSupportedSizeRange", sizesOf());
    long divisor = range.number("VolumeSizeDivisor").orElse(0);
    if (range.code() == ReturnCodes.COMPLETED && divisor > 0) {
      long wanted = Math.max(sizeBytes, range.number("MinimumVolumeSize").orElse(0));
      long next = Math.multiplyExact(Math.addExact(wanted, divisor - 1) / divisor, divisor);
      return next == sizeBytes ? OptionalLong.empty() : OptionalLong.of(next);
    }
    return range.code() == SIZES_ARE_DISCRETE
        ? session.invoke(pool, "GetSupportedSizes", sizesOf()).numbers("Sizes").stream()
            .mapToLong(each -> each)
            .filter(each -> each > sizeBytes)
            .min()
        : OptionalLong.empty();
  }

  /** ElementType is numbered otherwise here. */
  private List<CIMArgument<?>> sizesOf() {
    return List.of(Cim.uint16("ElementType", thin ? 5 : 3));
  }

  void resize(StorageVolume volume, long sizeBytes, JobWatch watch) throws CimFault {
    calls.call(
        model.configuration(),
        "CreateOrModifyElementFromStoragePool",
        watch,
        Cim.uint16("ElementType", volume.thin() ? THIN_VOLUME : VOLUME),
        Cim.uint64("Size", sizeBytes),
        Cim.reference("TheElement", volume.path()));
  }

  /** Gives the space of a volume back; one that is gone already is no fault. */
  void giveBack(CIMObjectPath volume, JobWatch watch) throws CimFault {
    try {
      calls.call(
          model.configuration(), "ReturnToStoragePool", watch, Cim.reference("TheElement", volume));
    } catch (CimFault e) {
      if (e.isUnknown() || e.returned(ReturnCodes.NOT_SUPPORTED)) {
        calls.call(
            model.configuration(),
            "ReturnElementsToStoragePool",
            watch,
            Cim.references("TheElements", volume),
            Cim.uint16("Options", 2));
      } else if (!e.isStatus(CimFault.NOT_FOUND)) {
        throw e;
      }
    }
  }

  /** All volumes of the array. */
  List<StorageVolume> volumes() throws CimFault {
    return session.enumerate(model.namespace(), "CIM_StorageVolume", VOLUME_PROPERTIES).stream()
        .filter(each -> Discovery.belongs(each, model.systemName()))
        .map(StorageVolume::of)
        .toList();
  }

  /** The volume with that label, however the array has mangled it. */
  Optional<StorageVolume> findByToken(String token) throws CimFault {
    return volumes().stream().filter(each -> bears(each.label(), token)).findFirst();
  }

  /** Whether a label has a token in it, apart from case and from what is no letter or digit. */
  static boolean bears(String label, String token) {
    return label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "").contains(token);
  }

  /** The volume at a path, if the array has it. */
  Optional<StorageVolume> find(CIMObjectPath volume) throws CimFault {
    try {
      return Optional.of(get(volume));
    } catch (CimFault e) {
      if (e.isStatus(CimFault.NOT_FOUND)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  StorageVolume get(CIMObjectPath volume) throws CimFault {
    return StorageVolume.of(session.get(Cim.in(model.namespace(), volume), VOLUME_PROPERTIES));
  }
}
