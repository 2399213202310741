/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;

/**
 * Methods that end at once or by a job (SMI-S Job Control). A job is looked at when the array tells
 * of it by an indication, and at growing intervals in any case. Thread-safe.
 */
final class MethodCalls {

  private static final int STATUS_ERROR = 6;
  private static final int REQUEST_TERMINATE = 4;
  private static final int POLL_GROWTH_MAX = 10;

  private final CimSession session;
  private final ArrayTimeouts timeouts;
  private final Nudge nudge;

  MethodCalls(CimSession session, ArrayTimeouts timeouts, Nudge nudge) {
    this.session = session;
    this.timeouts = timeouts;
    this.nudge = nudge;
  }

  /**
   * What a method came to.
   *
   * @param result what it gave back at once
   * @param job the job that it took, which has ended
   */
  record Outcome(MethodResult result, Optional<CIMObjectPath> job) {}

  /** Invokes a method and waits for its end; any code but success is a fault. */
  Outcome call(CIMObjectPath service, String method, JobWatch watch, CIMArgument<?>... inputs)
      throws CimFault {
    MethodResult result = session.invoke(service, method, List.of(inputs));
    if (result.code() == ReturnCodes.COMPLETED) {
      return new Outcome(result, Optional.empty());
    }
    if (result.code() != ReturnCodes.JOB_STARTED) {
      throw result.refused();
    }
    Optional<CIMObjectPath> named = result.reference("Job");
    if (named.isEmpty()) {
      throw new CimFault(
          CimFault.Kind.JOB_LOST, 0, method + " started a job and does not say which");
    }
    CIMObjectPath job = Cim.in(service.getNamespace(), named.get());
    watch.started(job.toString());
    follow(job, watch);
    return new Outcome(result, Optional.of(job));
  }

  /**
   * Waits for a job to end well. One that the array has forgotten counts as ended; what came of it
   * is for the caller to see.
   */
  void follow(CIMObjectPath job, JobWatch watch) throws CimFault {
    long patience = timeouts.job().toNanos();
    long lastChange = System.nanoTime();
    long percentBefore = -1;
    boolean asked = false;
    int growth = 1;
    while (true) {
      long seen = nudge.seen();
      Look look = look(job, lastChange, patience);
      if (look.forgotten() || (look.found().isPresent() && hasEnded(look.found().get(), asked))) {
        return;
      }
      Optional<CIMInstance> found = look.found();
      if (found.isPresent()) {
        long percent = Cim.number(found.get(), "PercentComplete").orElse(0);
        if (percent != percentBefore) {
          percentBefore = percent;
          lastChange = System.nanoTime();
          watch.progress((int) Math.min(100, percent));
        }
      }
      if (watch.isLeft()) {
        throw new CimFault(CimFault.Kind.JOB_LOST, 0, "it was left while job " + job + " runs");
      }
      if (watch.isCancelled() && !asked) {
        terminate(job);
        asked = true;
      }
      if (System.nanoTime() - lastChange > patience) {
        throw new CimFault(
            CimFault.Kind.JOB_LOST,
            0,
            "job " + job + " has shown no progress for " + timeouts.job().toSeconds() + " s");
      }
      pause(seen, timeouts.poll().multipliedBy(growth));
      growth = Math.min(POLL_GROWTH_MAX, growth + 1);
    }
  }

  /**
   * A look at a job.
   *
   * @param found the job; empty if the array did not answer this time, which may pass
   * @param forgotten whether the array does not know it any more
   */
  private record Look(Optional<CIMInstance> found, boolean forgotten) {}

  private Look look(CIMObjectPath job, long lastChange, long patience) throws CimFault {
    try {
      return new Look(Optional.of(session.get(job)), false);
    } catch (CimFault e) {
      boolean passing =
          e.kind() == CimFault.Kind.NO_ANSWER || e.kind() == CimFault.Kind.UNREACHABLE;
      if (e.isStatus(CimFault.NOT_FOUND)) {
        return new Look(Optional.empty(), true);
      }
      if (!passing || System.nanoTime() - lastChange > patience) {
        throw e;
      }
      return new Look(Optional.empty(), false);
    }
  }

  private void pause(long seen, Duration atMost) throws CimFault {
    try {
      nudge.await(seen, atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CimFault(CimFault.Kind.JOB_LOST, 0, "interrupted while a job was under way", e);
    }
  }

  private void terminate(CIMObjectPath job) throws CimFault {
    MethodResult result =
        session.invoke(
            job, "RequestStateChange", List.of(Cim.uint16("RequestedState", REQUEST_TERMINATE)));
    if (result.code() != ReturnCodes.COMPLETED && result.code() != ReturnCodes.JOB_STARTED) {
      throw result.refused();
    }
  }

  private static boolean hasEnded(CIMInstance job, boolean terminated) throws CimFault {
    int state = (int) Cim.number(job, "JobState").orElse(0);
    boolean error = Cim.numbers(job, "OperationalStatus").contains(STATUS_ERROR);
    return switch (state) {
      case 7 -> {
        if (error) {
          throw failed(job, "ended with an error");
        }
        yield true;
      }
      case 8, 9 -> {
        if (terminated) {
          throw new CancellationException("cancelled");
        }
        throw failed(job, "was terminated");
      }
      case 10 -> throw failed(job, "failed");
      default -> false;
    };
  }

  private static CimFault failed(CIMInstance job, String how) {
    String why =
        Cim.text(job, "ErrorDescription").or(() -> Cim.text(job, "JobStatus")).orElse("no reason");
    long code = Cim.number(job, "ErrorCode").orElse(0);
    return new CimFault(CimFault.Kind.JOB_FAILED, (int) code, "its job " + how + ": " + why);
  }

  /** What a job made: the elements of a class that it affected. */
  List<CIMInstance> affected(CIMObjectPath job, String className) throws CimFault {
    return session.associators(job, "CIM_AffectedJobElement", className);
  }
}
