/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.metricshub.wbem.javax.cim.CIMArgument;
import org.metricshub.wbem.javax.cim.CIMInstance;
import org.metricshub.wbem.javax.cim.CIMObjectPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Methods that end at once or by a job (SMI-S Job Control). A job is looked at when the array tells
 * of it by an indication, and at growing intervals in any case. Thread-safe.
 */
final class MethodCalls {

  private static final Logger LOG = LoggerFactory.getLogger(MethodCalls.class);

  /** OperationalStatus. */
  private static final int STATUS_ERROR = 6;

  private static final int STATUS_COMPLETED = 17;

  /** RequestedState. */
  private static final int REQUEST_TERMINATE = 4;

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
  record Outcome(MethodResult result, Optional<CIMObjectPath> job) {

    /** Whether it was not done, and the code says why. */
    boolean isRefused() {
      return job.isEmpty() && result.code() != ReturnCodes.COMPLETED;
    }
  }

  /** Invokes a method and waits for its end; any code but success is a fault. */
  Outcome call(CIMObjectPath service, String method, JobWatch watch, CIMArgument<?>... inputs)
      throws CimFault {
    Outcome outcome = attempt(service, method, watch, inputs);
    if (outcome.isRefused()) {
      throw outcome.result().refused();
    }
    return outcome;
  }

  /** The same, but a code by which it refuses is given back. */
  Outcome attempt(CIMObjectPath service, String method, JobWatch watch, CIMArgument<?>... inputs)
      throws CimFault {
    MethodResult result = session.invoke(service, method, List.of(inputs));
    if (result.code() != ReturnCodes.JOB_STARTED) {
      return new Outcome(result, Optional.empty());
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
    PollPause pause = new PollPause(timeouts.poll());
    while (true) {
      long seen = nudge.seen();
      Look look = look(job, lastChange, patience);
      if (look.forgotten()
          || (look.found().isPresent() && hasEnded(look.found().get(), job, asked))) {
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
      pause(seen, pause.next());
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

  /** JobState says it; where that is missing or the vendor's own, OperationalStatus does. */
  private boolean hasEnded(CIMInstance job, CIMObjectPath path, boolean terminated)
      throws CimFault {
    int state = (int) Cim.number(job, "JobState").orElse(0);
    List<Integer> status = Cim.numbers(job, "OperationalStatus");
    boolean error = status.contains(STATUS_ERROR);
    return switch (state) {
      case 2, 3, 4, 5, 6, 11, 12 -> false;
      case 7 -> {
        if (error) {
          throw failed(job, path, "ended with an error");
        }
        yield true;
      }
      case 8, 9 -> {
        if (terminated) {
          throw new CancellationException("cancelled");
        }
        throw failed(job, path, "was terminated");
      }
      case 10 -> throw failed(job, path, "failed");
      default -> {
        boolean ended = status.contains(STATUS_COMPLETED);
        if (ended && error) {
          throw failed(job, path, "ended with an error");
        }
        yield ended;
      }
    };
  }

  private CimFault failed(CIMInstance job, CIMObjectPath path, String how) {
    String why =
        Cim.text(job, "ErrorDescription")
            .or(() -> error(path))
            .or(() -> Cim.text(job, "JobStatus"))
            .orElse("no reason");
    long code = Cim.number(job, "ErrorCode").orElse(0);
    return new CimFault(CimFault.Kind.JOB_FAILED, (int) code, "its job " + how + ": " + why);
  }

  /** The message of GetError, where the array has that method and something to say. */
  private Optional<String> error(CIMObjectPath job) {
    try {
      return session.invoke(job, "GetError", List.of()).embedded("Error", "Message");
    } catch (CimFault e) {
      LOG.debug("job {} does not tell what went wrong", job, e);
      return Optional.empty();
    }
  }

  /** What a job made: the elements of a class that it affected. */
  List<CIMInstance> affected(CIMObjectPath job, String className) throws CimFault {
    return session.associators(job, "CIM_AffectedJobElement", className);
  }
}
