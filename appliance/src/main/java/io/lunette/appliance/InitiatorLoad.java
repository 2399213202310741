/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import io.lunette.core.load.TargetCounters;
import io.lunette.core.load.TargetLoad;
import io.lunette.core.volume.InitiatorName;
import io.lunette.iscsi.target.IscsiTarget;
import io.lunette.iscsi.target.LunStatus;
import io.lunette.iscsi.target.SessionStatus;
import java.util.HashMap;
import java.util.Map;

/** What the iSCSI target sees of those who are logged in; nothing before it listens. */
final class InitiatorLoad implements TargetLoad {

  private volatile IscsiTarget target;

  void watch(IscsiTarget started) {
    target = started;
  }

  @Override
  public Map<InitiatorName, TargetCounters> counters() {
    IscsiTarget watched = target;
    Map<InitiatorName, TargetCounters> counters = new HashMap<>();
    if (watched != null) {
      for (SessionStatus session : watched.sessions()) {
        counters.merge(
            session.initiator(),
            new TargetCounters(0, 0, 0, 0, session.outstanding()),
            TargetCounters::plus);
      }
      for (LunStatus lun : watched.luns()) {
        lun.initiator()
            .ifPresent(
                initiator -> counters.computeIfPresent(initiator, (i, all) -> all.plus(of(lun))));
      }
    }
    return counters;
  }

  private static TargetCounters of(LunStatus lun) {
    return new TargetCounters(lun.reads(), lun.readBytes(), lun.writes(), lun.writtenBytes(), 0);
  }
}
