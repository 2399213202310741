/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.NaaName;
import io.lunette.core.volume.VolumeInfo;
import io.lunette.core.volume.VolumeName;
import io.lunette.core.volume.VolumeState;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Views.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The parameters of ExposePaths and HidePaths, checked against the array.
 *
 * @param refusal the return code if they are wrong, else 0; the rest counts only then
 * @param view the view that is named
 * @param units volumes
 * @param initiators without doubles
 * @param allPorts whether all target ports are named
 */
record PathRequest(
    long refusal,
    Optional<View> view,
    List<Wanted> units,
    List<InitiatorName> initiators,
    boolean allPorts) {

  /** Return codes of both methods. */
  static final long BAD_UNIT = 4097;

  static final long BAD_INITIATOR = 4098;
  static final long BAD_PORT = 4099;
  static final long BAD_ACCESS = 4100;
  static final long ALREADY_EXPOSED = 4101;
  static final long NUMBER_IN_USE = 4102;

  /** Of HidePaths alone. */
  static final long NOT_EXPOSED = 4100;

  private static final int HEX = 16;

  /** A volume, and how it is to be seen. What is sealed is read-only, whatever is asked. */
  record Wanted(VolumeName volume, OptionalInt lun, AccessMode mode) {}

  private static PathRequest refused(long code) {
    return new PathRequest(code, Optional.empty(), List.of(), List.of(), false);
  }

  static PathRequest of(MethodCall call, MaskingViews views, boolean exposing) {
    List<String> ports = IscsiPorts.names(call.estate());
    List<String> targets = call.texts("TargetPortIDs");
    if (!ports.containsAll(targets)) {
      return refused(BAD_PORT);
    }
    List<ObjectPath> controllers = call.references("ProtocolControllers");
    Optional<View> view =
        controllers.size() == 1
            ? views.views.find(call.estate(), controllers.get(0))
            : Optional.empty();
    if (controllers.size() > 1 || (controllers.size() == 1 && view.isEmpty())) {
      return refused(MethodResult.INVALID_PARAMETER);
    }
    List<InitiatorName> initiators = new ArrayList<>();
    for (String text : call.texts("InitiatorPortIDs")) {
      try {
        InitiatorName initiator = new InitiatorName(text);
        if (!initiators.contains(initiator)) {
          initiators.add(initiator);
        }
      } catch (IllegalArgumentException e) {
        return refused(BAD_INITIATOR);
      }
    }
    List<Wanted> units = new ArrayList<>();
    long code = units(call, exposing, units);
    return code == MethodResult.OK
        ? new PathRequest(code, view, units, initiators, targets.containsAll(ports))
        : refused(code);
  }

  private static long units(MethodCall call, boolean exposing, List<Wanted> units) {
    List<String> luNames = call.texts("LUNames");
    List<String> numbers = call.texts("DeviceNumbers");
    List<Long> accesses = call.numbers("DeviceAccesses");
    if (exposing
        && (accesses.size() != luNames.size()
            || (!numbers.isEmpty() && numbers.size() != luNames.size()))) {
      return MethodResult.INVALID_PARAMETER;
    }
    Map<String, VolumeInfo> known = luNames.isEmpty() ? Map.of() : byName(call.estate());
    for (int i = 0; i < luNames.size(); i++) {
      VolumeInfo volume = known.get(luNames.get(i).toUpperCase(Locale.ROOT));
      if (volume == null) {
        return BAD_UNIT;
      }
      long access = exposing ? accesses.get(i) : PathChanges.READ_WRITE;
      if (access != PathChanges.READ_WRITE && access != PathChanges.READ_ONLY) {
        return BAD_ACCESS;
      }
      OptionalInt lun = OptionalInt.empty();
      if (exposing && !numbers.isEmpty()) {
        if (!numbers.get(i).matches("(0[xX])?[0-9a-fA-F]{1,4}")) {
          return MethodResult.INVALID_PARAMETER;
        }
        lun = OptionalInt.of(Integer.parseInt(numbers.get(i).replaceFirst("0[xX]", ""), HEX));
      }
      boolean readOnly = access == PathChanges.READ_ONLY || volume.state() == VolumeState.SEALED;
      units.add(
          new Wanted(volume.name(), lun, readOnly ? AccessMode.READ_ONLY : AccessMode.READ_WRITE));
    }
    return MethodResult.OK;
  }

  private static Map<String, VolumeInfo> byName(Estate estate) {
    Map<String, VolumeInfo> known = new HashMap<>();
    estate.volumes().forEach(volume -> known.put(NaaName.of(volume.uuid()).hex(), volume));
    return known;
  }
}
