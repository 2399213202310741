/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
  private final ProgressWait waiting;

  MethodCalls(CimSession session, ProgressWait waiting) {
    this.session = session;
    this.waiting = waiting;
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
    waiting.until(
        "job " + job, watch, terminated -> percent(job, terminated), () -> terminate(job));
  }

  /** How far a job is; empty if it has ended well, or is not known any more. */
  private OptionalLong percent(CIMObjectPath job, boolean terminated) throws CimFault {
    try {
      CIMInstance found = session.get(job);
      return hasEnded(found, job, terminated)
          ? OptionalLong.empty()
          : OptionalLong.of(Cim.number(found, "PercentComplete").orElse(0));
    } catch (CimFault e) {
      if (e.isStatus(CimFault.NOT_FOUND)) {
        return OptionalLong.empty();
      }
      throw e;
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

  /** Whether the array is still at work on a job; one that it does not know it is not. */
  boolean isUnderWay(CIMObjectPath job) throws CimFault {
    try {
      return percent(job, false).isPresent();
    } catch (CimFault e) {
      if (e.kind() == CimFault.Kind.JOB_FAILED) {
        return false;
      }
      throw e;
    }
  }

  /** What a job made: the elements of a class that it affected. */
  List<CIMInstance> affected(CIMObjectPath job, String className) throws CimFault {
    return session.associators(job, "CIM_AffectedJobElement", className);
  }
}
