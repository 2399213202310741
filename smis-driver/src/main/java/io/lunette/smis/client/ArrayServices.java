/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.StorageArray;
import io.lunette.core.volume.VolumeException;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * What an array offers, each by its own class, over one session.
 *
 * @param array as it was registered
 * @param session the way to it
 * @param calls methods and jobs
 * @param model where things are
 * @param blocks pools and volumes
 * @param copies clones and snapshots
 * @param hardwareIds initiators that it knows
 * @param ports its target ports
 * @param masking who sees what; empty if it has no service for that
 * @param erasure methods of its erasure service
 */
record ArrayServices(
    StorageArray array,
    CimSession session,
    MethodCalls calls,
    ArrayModel model,
    BlockServices blocks,
    CopyServices copies,
    HardwareIds hardwareIds,
    TargetPorts ports,
    Optional<ArrayMasking> masking,
    List<String> erasure) {

  static ArrayServices discover(
      StorageArray array, CimSession session, ArrayTimeouts timeouts, Nudge nudge) throws CimFault {
    ArrayModel model = new Discovery(session, array).run();
    MethodCalls calls = new MethodCalls(session, timeouts, nudge);
    BlockServices blocks = BlockServices.discover(session, calls, model, array.pool());
    Synchronizations relations = new Synchronizations(session, timeouts, nudge);
    HardwareIds ids = new HardwareIds(session, model);
    TargetPorts ports = new TargetPorts(session, model);
    Optional<ArrayMasking> masking = ExposePathsMasking.discover(session, calls, model, ids, ports);
    return new ArrayServices(
        array,
        session,
        calls,
        model,
        blocks,
        copies(session, calls, relations, model, blocks.pool()),
        ids,
        ports,
        masking.isPresent() ? masking : GroupMasking.discover(session, calls, model, ids, ports),
        erasure(session, model));
  }

  private static CopyServices copies(
      CimSession session,
      MethodCalls calls,
      Synchronizations relations,
      ArrayModel model,
      CIMObjectPath pool)
      throws CimFault {
    if (model.replication().isPresent()) {
      CIMObjectPath service = ArrayModel.path(model.replication().get());
      return ReplicationCopies.discover(session, calls, relations, service, pool);
    }
    String className = "CIM_StorageConfigurationCapabilities";
    List<Integer> types =
        session.enumerateKnown(model.namespace(), className).stream()
            .flatMap(each -> Cim.numbers(each, "SupportedCopyTypes").stream())
            .distinct()
            .toList();
    return new LegacyCopies(calls, relations, model.configuration(), types);
  }

  private static List<String> erasure(CimSession session, ArrayModel model) throws CimFault {
    if (model.erasure().isEmpty()) {
      return List.of();
    }
    CIMObjectPath service = ArrayModel.path(model.erasure().get());
    for (CIMInstance each :
        Discovery.capabilities(session, service, "CIM_StorageErasureCapabilities")) {
      List<String> methods = Cim.texts(each, "ErasureMethods");
      if (!methods.isEmpty()) {
        return methods;
      }
    }
    return List.of();
  }

  String name() {
    return array.name().value();
  }

  /** A failure of something that was done to a volume. */
  VolumeException failed(String doing, VolumeName volume, CimFault fault) {
    return fault.of(name(), doing + " volume '" + volume + "'");
  }

  List<MaskingView> views() throws CimFault {
    return MaskingViews.read(session, model, hardwareIds);
  }
}
