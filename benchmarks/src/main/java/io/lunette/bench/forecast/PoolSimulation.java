/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.forecast;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/**
 * A replica pool in simulated time. A request that finds a ready replica takes it; one that finds
 * none waits for the next, and counts as a miss. Replicas are made by so many builders, one after
 * the other each. Whenever something happens, and once a minute, the policy is asked for a size:
 * what is short of it is begun, and ready replicas beyond it are given up, as the appliance does.
 */
final class PoolSimulation {

  private static final long MINUTE = 60_000_000L;

  private final Demand demand;
  private final long leadMicros;
  private final int builders;
  private final long warmUpMicros;
  private final double epsilon;

  /**
   * @param leadMicros what a builder takes for one
   * @param warmUpMicros requests before that time are served and not counted
   * @param epsilon the share of misses that is the aim
   */
  PoolSimulation(Demand demand, long leadMicros, int builders, long warmUpMicros, double epsilon) {
    this.demand = demand;
    this.leadMicros = leadMicros;
    this.builders = builders;
    this.warmUpMicros = warmUpMicros;
    this.epsilon = epsilon;
  }

  SimulatedPool run(SizePolicy policy) {
    return new Run(policy).toTheEnd();
  }

  /** The state of one run. */
  private final class Run {

    private final SizePolicy policy;
    private final PriorityQueue<Long> ends = new PriorityQueue<>();
    private final Deque<Long> queued = new ArrayDeque<>();
    private long now;
    private int ready;
    private int waiting;
    private int counted;
    private int missed;
    private double idle;
    private int idleMax;

    Run(SizePolicy policy) {
      this.policy = policy;
      this.ready = policy.target(0);
    }

    SimulatedPool toTheEnd() {
      long minute = MINUTE;
      for (long arrival : demand.micros()) {
        while (minute <= arrival) {
          buildUntil(minute);
          passTo(minute);
          plan();
          minute += MINUTE;
        }
        buildUntil(arrival);
        passTo(arrival);
        arrive();
        plan();
      }
      double counting = Math.max(1, now - warmUpMicros);
      double share = counted == 0 ? 0 : (double) missed / counted;
      return new SimulatedPool(
          policy.label(), counted, missed, idle / counting, idleMax, share <= epsilon);
    }

    private void passTo(long time) {
      if (time > warmUpMicros) {
        idle += (double) ready * (time - Math.max(now, warmUpMicros));
        idleMax = Math.max(idleMax, ready);
      }
      now = time;
    }

    private void buildUntil(long time) {
      while (!ends.isEmpty() && ends.peek() <= time) {
        passTo(ends.remove());
        policy.made(leadMicros);
        if (waiting > 0) {
          waiting--;
        } else {
          ready++;
        }
        begin();
        plan();
      }
    }

    private void arrive() {
      boolean miss = ready == 0;
      if (miss) {
        waiting++;
      } else {
        ready--;
      }
      if (now >= warmUpMicros) {
        counted++;
        missed += miss ? 1 : 0;
      }
      policy.arrived(now, miss);
    }

    private void plan() {
      int target = policy.target(now);
      for (int more = target + waiting - ready - ends.size() - queued.size(); more > 0; more--) {
        queued.add(now);
      }
      ready -= policy.surplus(now, ready);
      begin();
    }

    private void begin() {
      while (!queued.isEmpty() && ends.size() < builders) {
        long unused = queued.remove();
        ends.add(now + leadMicros);
      }
    }
  }
}
