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
 * @param waiting for what is under way there
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
    ProgressWait waiting,
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
    ProgressWait waiting = new ProgressWait(timeouts, nudge);
    MethodCalls calls = new MethodCalls(session, waiting);
    BlockServices blocks = BlockServices.discover(session, calls, model, array.pool());
    Synchronizations relations = new Synchronizations(session, waiting);
    HardwareIds ids = new HardwareIds(session, model);
    TargetPorts ports = new TargetPorts(session, model);
    Optional<ArrayMasking> masking = ExposePathsMasking.discover(session, calls, model, ids, ports);
    return new ArrayServices(
        array,
        session,
        waiting,
        calls,
        model,
        blocks,
        new CopyServices(calls, relations, copies(session, model, blocks.pool())),
        ids,
        ports,
        masking.isPresent() ? masking : GroupMasking.discover(session, calls, model, ids, ports),
        erasure(session, model));
  }

  private static CopyMethods copies(CimSession session, ArrayModel model, CIMObjectPath pool)
      throws CimFault {
    return model.replication().isPresent()
        ? CopyMethods.replication(session, ArrayModel.path(model.replication().get()), pool)
        : CopyMethods.legacy(session, model, pool);
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
