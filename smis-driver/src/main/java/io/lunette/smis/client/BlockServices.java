/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
            .filter(each -> wanted.isEmpty() || isNamed(each, wanted.get()))
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
    try {
      return ask(label, sizeBytes, watch);
    } catch (CimFault e) {
      if (!e.returned(ReturnCodes.SIZE_NOT_SUPPORTED)) {
        throw e;
      }
      return ask(label, nextSize(sizeBytes, e), watch);
    }
  }

  private MethodCalls.Outcome ask(String label, long sizeBytes, JobWatch watch) throws CimFault {
    return calls.call(
        model.configuration(),
        "CreateOrModifyElementFromStoragePool",
        watch,
        Cim.text("ElementName", label),
        Cim.uint16("ElementType", thin ? THIN_VOLUME : VOLUME),
        Cim.uint64("Size", sizeBytes),
        Cim.reference("InPool", pool));
  }

  /** The next larger size that the pool says it can make (GetSupportedSizeRange). */
  private long nextSize(long sizeBytes, CimFault refusal) throws CimFault {
    MethodResult range =
        session.invoke(
            pool, "GetSupportedSizeRange", List.of(Cim.uint16("ElementType", thin ? 5 : 3)));
    long divisor = range.number("VolumeSizeDivisor").orElse(0);
    long least = range.number("MinimumVolumeSize").orElse(0);
    if (range.code() != ReturnCodes.COMPLETED || divisor <= 0) {
      throw refusal;
    }
    long wanted = Math.max(sizeBytes, least);
    long rounded = Math.multiplyExact(Math.addExact(wanted, divisor - 1) / divisor, divisor);
    if (rounded == sizeBytes) {
      throw refusal;
    }
    return rounded;
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

  StorageVolume get(CIMObjectPath volume) throws CimFault {
    return StorageVolume.of(session.get(volume, VOLUME_PROPERTIES));
  }
}
