/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/** Masking by CIM_ControllerConfigurationService (SMI-S Masking and Mapping). Thread-safe. */
final class ExposePathsMasking implements ArrayMasking {

  private static final String METHOD = "ExposePaths";

  /** DeviceAccesses. */
  private static final int READ_WRITE = 2;

  private static final int READ_ONLY = 3;

  /** PortsPerView. */
  private static final int ONE_PORT = 2;

  private static final int ALL_SHARE = 4;

  /** Return codes of ExposePaths and HidePaths. */
  private static final int ALREADY_EXPOSED = 4101;

  private static final int NOT_EXPOSED = 4100;

  private final CimSession session;
  private final MethodCalls calls;
  private final ArrayModel model;
  private final CIMObjectPath service;
  private final HardwareIds hardwareIds;
  private final TargetPorts ports;
  private final boolean numbersSelectable;
  private final int portsPerView;
  private final boolean emptyViewsStay;

  private ExposePathsMasking(
      CimSession session,
      MethodCalls calls,
      ArrayModel model,
      CIMObjectPath service,
      HardwareIds hardwareIds,
      TargetPorts ports,
      Optional<CIMInstance> capabilities) {
    this.session = session;
    this.calls = calls;
    this.model = model;
    this.service = service;
    this.hardwareIds = hardwareIds;
    this.ports = ports;
    this.numbersSelectable =
        capabilities
            .map(each -> Cim.flag(each, "ClientSelectableDeviceNumbers", true))
            .orElse(true);
    this.portsPerView =
        capabilities.map(each -> (int) Cim.number(each, "PortsPerView").orElse(0)).orElse(0);
    this.emptyViewsStay =
        capabilities.map(each -> Cim.flag(each, "SPCAllowsNoLUs", false)).orElse(false);
  }

  /** The service, if the array has it and says that it exposes paths. */
  static Optional<ArrayMasking> discover(
      CimSession session,
      MethodCalls calls,
      ArrayModel model,
      HardwareIds hardwareIds,
      TargetPorts ports)
      throws CimFault {
    if (model.masking().isEmpty()) {
      return Optional.empty();
    }
    CIMObjectPath service = ArrayModel.path(model.masking().get());
    String className = "CIM_ProtocolControllerMaskingCapabilities";
    List<CIMInstance> found = Discovery.capabilities(session, model.system(), className);
    if (found.isEmpty()) {
      found = Discovery.capabilities(session, service, className);
    }
    Optional<CIMInstance> capabilities = found.stream().findFirst();
    boolean exposes =
        capabilities.map(each -> Cim.flag(each, "ExposePathsSupported", true)).orElse(true);
    return exposes
        ? Optional.of(
            new ExposePathsMasking(
                session, calls, model, service, hardwareIds, ports, capabilities))
        : Optional.empty();
  }

  @Override
  public String describe() {
    return "Masking and Mapping";
  }

  @Override
  public boolean takesNumbers() {
    return numbersSelectable;
  }

  @Override
  public void show(
      StorageVolume volume,
      InitiatorName initiator,
      AccessMode mode,
      OptionalInt lun,
      List<MaskingView> views)
      throws CimFault {
    String storageId =
        hardwareIds
            .ensure(initiator)
            .map(HardwareIds.HardwareId::storageId)
            .orElse(initiator.value());
    Optional<MaskingView> own = views.stream().filter(each -> each.isOnlyOf(initiator)).findFirst();
    List<CIMArgument<?>> arguments = new ArrayList<>();
    arguments.add(Cim.texts("LUNames", volume.name()));
    if (lun.isPresent() && numbersSelectable) {
      arguments.add(Cim.texts("DeviceNumbers", hexadecimal(lun.getAsInt())));
    }
    arguments.add(
        Cim.uint16s("DeviceAccesses", mode == AccessMode.READ_ONLY ? READ_ONLY : READ_WRITE));
    if (own.isPresent()) {
      arguments.add(Cim.references("ProtocolControllers", own.get().path()));
    } else {
      arguments.add(Cim.texts("InitiatorPortIDs", storageId));
      String[] targets = targetPorts();
      if (targets.length > 0) {
        arguments.add(Cim.texts("TargetPortIDs", targets));
      }
    }
    try {
      calls.call(service, METHOD, JobWatch.NONE, arguments.toArray(new CIMArgument<?>[0]));
    } catch (CimFault e) {
      if (!e.returned(ALREADY_EXPOSED)) {
        throw e;
      }
    }
  }

  static String hexadecimal(int lun) {
    return String.format(Locale.ROOT, "%04X", lun);
  }

  private String[] targetPorts() throws CimFault {
    if (portsPerView == ALL_SHARE) {
      return new String[0];
    }
    List<String> names = ports.known().stream().map(TargetPorts.Port::name).distinct().toList();
    int count = portsPerView == ONE_PORT ? Math.min(1, names.size()) : names.size();
    return names.subList(0, count).toArray(new String[0]);
  }

  @Override
  public void hide(StorageVolume volume, MaskingView view) throws CimFault {
    try {
      calls.call(
          service,
          "HidePaths",
          JobWatch.NONE,
          Cim.texts("LUNames", volume.name()),
          Cim.references("ProtocolControllers", view.path()));
    } catch (CimFault e) {
      if (!e.returned(NOT_EXPOSED) && !e.isStatus(CimFault.NOT_FOUND)) {
        throw e;
      }
    }
    if (emptyViewsStay && view.units().size() <= 1) {
      deleteView(view);
    }
  }

  private void deleteView(MaskingView view) throws CimFault {
    try {
      session.delete(view.path());
    } catch (CimFault e) {
      if (!e.isStatus(CimFault.NOT_FOUND) && !e.isUnknown()) {
        throw e;
      }
    }
  }
}
