/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.profile;

import io.lunette.core.audit.Actor;
import io.lunette.smis.cim.CimDateTime;
import io.lunette.smis.cim.CimException;
import io.lunette.smis.cim.CimInstance;
import io.lunette.smis.cim.CimStatus;
import io.lunette.smis.cim.ObjectPath;
import io.lunette.smis.provider.JobBook;
import io.lunette.smis.provider.JobBook.Entry;
import io.lunette.smis.provider.model.Editor;
import io.lunette.smis.provider.model.Estate;
import io.lunette.smis.provider.model.Keys;
import io.lunette.smis.provider.model.Kind;
import io.lunette.smis.provider.model.Link;
import io.lunette.smis.provider.model.MethodCall;
import io.lunette.smis.provider.model.MethodResult;
import io.lunette.smis.provider.model.Model;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The appliance's long operations as jobs, whoever began them: SMI-S profile Job Control. A job
 * stays for a while after its end; a client may delete it earlier.
 */
final class JobControl implements Editor {

  static final String CLASS = "LUNETTE_ConcreteJob";

  /** Values of JobState. */
  private static final int RUNNING = 4;

  private static final int COMPLETED = 7;
  private static final int TERMINATED = 8;
  private static final int EXCEPTION = 10;

  /** Values of OperationalStatus. */
  private static final int ERROR = 6;

  private static final int STOPPED = 10;
  private static final int DONE = 17;

  /** Values of RequestedState. */
  private static final long TERMINATE = 4;

  private static final long KILL = 5;

  /** What RequestStateChange returns of a job that has ended. */
  private static final long INVALID_TRANSITION = 4097;

  private static final int GENERAL_ERROR = 1;
  private static final int PROCESSING_ERROR = 4;

  private final JobBook book;
  final Kind<Entry> jobs;

  JobControl(Model model, JobBook book, StorageVolumes volumes) {
    this.book = book;
    this.jobs =
        model.add(
            Kind.<Entry>of(
                    CLASS,
                    (estate, job) -> Keys.instance(job.id()),
                    estate -> estate.jobs().stream(),
                    this::describe)
                .foundBy((estate, path) -> book.find(id(path))));
    model
        .associate("LUNETTE_AffectedJobElement", "AffectedElement", "AffectingElement")
        .several(jobs, (estate, job) -> affected(volumes, estate, job));
    model.editor(CLASS, this);
    model.method(jobs, "RequestStateChange", this::requestStateChange);
    model.method(jobs, "GetError", this::getError);
    model.method(jobs, "GetErrors", this::getErrors);
  }

  /** Says whose jobs they are, by what they do. */
  void ownedBy(Model model, Kind<Estate> volumes, Kind<Estate> replication, Kind<Estate> erasure) {
    model
        .associate("LUNETTE_OwningJobElement", "OwningElement", "OwnedElement")
        .each(
            jobs,
            (estate, job) -> {
              Kind<Estate> owner =
                  switch (job.kind()) {
                    case "volume-copy" -> replication;
                    case "volume-erase" -> erasure;
                    default -> volumes;
                  };
              return new Link(owner.path(estate, estate), jobs.path(estate, job));
            });
  }

  private static String id(ObjectPath path) {
    return Keys.instanceOf(path.key("InstanceID"));
  }

  /** The path of a job that has just been begun. */
  ObjectPath path(Estate estate, Entry job) {
    return jobs.path(estate, job);
  }

  private Stream<Link> affected(StorageVolumes volumes, Estate estate, Entry job) {
    return volumes
        .byName(estate, job.subject())
        .map(
            volume ->
                new Link(
                    volumes.volumes.path(estate, volume),
                    jobs.path(estate, job),
                    java.util.Map.of("ElementEffects", List.of(1L))))
        .stream();
  }

  private void describe(Estate estate, Entry job, CimInstance instance) {
    Instant now = estate.parts().clock().instant();
    Instant until = job.ended().orElse(now);
    boolean failed = job.state() == JobBook.State.FAILED;
    instance
        .set("Name", job.kind())
        .set("ElementName", job.kind() + " " + job.subject())
        .set("Description", job.kind() + " " + job.subject())
        .set("JobStatus", job.problem().isEmpty() ? job.state().name() : job.problem())
        .set("PercentComplete", job.percent())
        .set("TimeSubmitted", CimDateTime.of(job.started()))
        .set("StartTime", CimDateTime.of(job.started()))
        .set("TimeOfLastStateChange", CimDateTime.of(job.ended().orElse(job.started())))
        .set("ElapsedTime", CimDateTime.of(nonNegative(Duration.between(job.started(), until))))
        .set("DeleteOnCompletion", true)
        .set("TimeBeforeRemoval", CimDateTime.of(book.kept()))
        .set("ErrorCode", failed ? GENERAL_ERROR : 0)
        .set("ErrorDescription", failed ? job.problem() : null)
        .set("HealthState", failed ? 10 : ArraySystem.HEALTHY);
    switch (job.state()) {
      case RUNNING -> instance.set("JobState", RUNNING).numbers("OperationalStatus", 2);
      case DONE -> instance.set("JobState", COMPLETED).numbers("OperationalStatus", 2, DONE);
      case FAILED -> instance.set("JobState", EXCEPTION).numbers("OperationalStatus", ERROR, DONE);
      case CANCELLED ->
          instance.set("JobState", TERMINATED).numbers("OperationalStatus", STOPPED, DONE);
    }
  }

  private static Duration nonNegative(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }

  private MethodResult requestStateChange(MethodCall call) {
    long wanted = call.number("RequestedState").orElse(0);
    if (wanted != TERMINATE && wanted != KILL) {
      return MethodResult.of(MethodResult.NOT_SUPPORTED);
    }
    String id = id(call.target());
    boolean runs = book.find(id).filter(job -> job.state() == JobBook.State.RUNNING).isPresent();
    return MethodResult.of(runs && book.cancel(id) ? MethodResult.OK : INVALID_TRANSITION);
  }

  private MethodResult getError(MethodCall call) {
    return MethodResult.ok().with("Error", error(call).orElse(null));
  }

  private MethodResult getErrors(MethodCall call) {
    List<CimInstance> errors = error(call).stream().toList();
    return MethodResult.ok().with("Errors", errors.isEmpty() ? null : errors);
  }

  private Optional<CimInstance> error(MethodCall call) {
    return book.find(id(call.target()))
        .filter(job -> !job.problem().isEmpty())
        .map(
            job ->
                new CimInstance(call.target().namespace(), "CIM_Error")
                    .set("ErrorType", PROCESSING_ERROR)
                    .set("OwningEntity", "Lunette")
                    .set("MessageID", job.kind())
                    .set("Message", job.problem())
                    .set("CIMStatusCode", CimStatus.FAILED.code()));
  }

  @Override
  public void delete(Actor actor, Estate estate, ObjectPath path) {
    if (!book.remove(id(path))) {
      throw new CimException(CimStatus.FAILED, "the job runs; terminate it first");
    }
  }
}
